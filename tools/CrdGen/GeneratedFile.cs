namespace Drydock.CrdGen;

/// <summary>A file that is made from the code.</summary>
/// <param name="Path">Path below the root of the repository, with forward slashes.</param>
/// <param name="Content">What must be in it.</param>
public sealed record GeneratedFile(string Path, string Content);
