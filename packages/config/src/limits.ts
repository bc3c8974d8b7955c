/** Longest text that is read as a configuration. The reference's largest known ones stay under 10 MB. */
export const CONFIG_BYTES_MAX: number = 32 * 1024 * 1024

/** Target files may be generated: fifty megabytes hold about a million targets. */
export const TARGET_FILE_BYTES_MAX: number = 50 * 1024 * 1024

/** YAML nodes after aliases are followed: nine lines of aliases can stand for billions. */
export const YAML_NODES_MAX = 1_000_000

/** Mappings and lists inside each other. The deepest key of the reference is at 8. */
export const YAML_DEPTH_MAX = 100

/** Mistakes that one message shows; past that the list helps nobody. */
export const MISTAKES_SHOWN_MAX = 100
