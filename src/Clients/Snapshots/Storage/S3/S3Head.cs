namespace Drydock.Clients.Snapshots;

/// <summary>What the storage says of an object.</summary>
/// <param name="Bytes">Its length.</param>
/// <param name="ETag">What changes with its contents.</param>
/// <param name="ModifiedAt">When it was written.</param>
/// <param name="Writer">Who of us wrote it; null if nobody did.</param>
internal sealed record S3Head(long Bytes, string ETag, DateTimeOffset ModifiedAt, string? Writer);
