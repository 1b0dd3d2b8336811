namespace Drydock.Clients.Snapshots;

/// <summary>What a file system says of a file.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="ModifiedAt">When its contents last changed.</param>
internal sealed record FileFacts(FileKind Kind, long Bytes, DateTimeOffset ModifiedAt);
