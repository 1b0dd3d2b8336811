namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>An instance that an upgrade stopped, or may have stopped, and what it ran before.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Former">What it ran.</param>
/// <param name="NewSha256">SHA-256 of the program it was to run.</param>
internal sealed record StoppedInstance(string Name, (string? Sha256, string? Directory) Former, string NewSha256);
