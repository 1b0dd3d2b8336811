namespace Drydock.Clients.Snapshots;

/// <summary>How the files of a snapshot are encrypted.</summary>
/// <param name="Format"><c>age</c> (age-encryption.org/v1).</param>
/// <param name="Recipients">Public keys; the identity of any of them opens the files.</param>
public sealed record SnapshotEncryption(string Format, IReadOnlyList<string> Recipients)
{
    /// <summary>The only format there is.</summary>
    public const string Age = "age";
}
