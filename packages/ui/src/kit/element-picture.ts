// An element as it stands on the page, as a picture: its copy, with every style written out, goes into an SVG, which the
// browser paints. Nothing is fetched for it.

/** Device pixels for a pixel of the page: sharp on paper and in a chat. */
const SCALE = 2
const SVG = 'http://www.w3.org/2000/svg'

/**
 * @param leaveOut    selector of parts that are no part of the picture
 * @param background  CSS colour behind what is transparent
 * @throws Error when the browser cannot paint it
 */
export async function pictureOf(
  element: HTMLElement,
  leaveOut: string,
  background: string,
): Promise<Blob> {
  const { width, height } = element.getBoundingClientRect()
  const svg = svgOf(copyOf(element, leaveOut) as HTMLElement, width, height)
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = Math.ceil(width * SCALE)
  canvas.height = Math.ceil(height * SCALE)
  const brush = canvas.getContext('2d')
  if (brush === null) throw new Error('this browser has no canvas to paint on')
  brush.fillStyle = background
  brush.fillRect(0, 0, canvas.width, canvas.height)
  brush.scale(SCALE, SCALE)
  brush.drawImage(image, 0, 0)
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('the picture is too large for this browser'))
      else resolve(blob)
    }, 'image/png')
  })
}

function svgOf(copy: HTMLElement, width: number, height: number): string {
  const root = document.createElementNS(SVG, 'svg')
  root.setAttribute('width', String(width))
  root.setAttribute('height', String(height))
  const foreign = document.createElementNS(SVG, 'foreignObject')
  foreign.setAttribute('width', '100%')
  foreign.setAttribute('height', '100%')
  copy.style.margin = '0'
  foreign.append(copy)
  root.append(foreign)
  return new XMLSerializer().serializeToString(root)
}

/** A copy that looks the same away from the page's style sheets. What scripts would do with it is left out. */
function copyOf(node: Node, leaveOut: string): Node {
  if (node instanceof HTMLCanvasElement) return painted(node)
  const copy = node.cloneNode(false)
  if (node instanceof Element && (copy instanceof HTMLElement || copy instanceof SVGElement)) {
    const style = getComputedStyle(node)
    for (const name of style) copy.style.setProperty(name, style.getPropertyValue(name))
    if (/auto|scroll/.test(style.overflow)) copy.style.overflow = 'hidden'
    copy.removeAttribute('id')
    copy.removeAttribute('class')
  }
  for (const child of node.childNodes) {
    if (!(child instanceof Element && child.matches(leaveOut)))
      copy.appendChild(copyOf(child, leaveOut))
  }
  return copy
}

function painted(canvas: HTMLCanvasElement): HTMLImageElement {
  const image = document.createElement('img')
  image.src = canvas.toDataURL()
  const style = getComputedStyle(canvas)
  for (const name of style) image.style.setProperty(name, style.getPropertyValue(name))
  return image
}
