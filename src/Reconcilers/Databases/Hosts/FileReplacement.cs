namespace Drydock.Reconcilers.Databases;

/// <summary>The replacement of a text file by another that is on the same host.</summary>
/// <param name="FormerSha256">SHA-256 of the content that is replaced.</param>
/// <param name="Former">The path under which the former file is kept.</param>
internal sealed record FileReplacement(string Path, string Sha256, string FormerSha256, string Former, string Source);
