/** What a part of a page's address stands for; what is no encoding stands for itself. */
export function decodedPart(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}
