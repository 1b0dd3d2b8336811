namespace Drydock.Clients.Snapshots;

/// <summary>Whether objects are encrypted, and what opens them.</summary>
internal readonly record struct ReadKey(bool Encrypted, string? Identity)
{
    internal static ReadKey Of(SnapshotManifest manifest, string? identity)
    {
        if (manifest.Encryption is { } encryption && encryption.Format != SnapshotEncryption.Age)
        {
            throw new SnapshotException(SnapshotFailure.ManifestInvalid, $"Snapshot {manifest.Id} is encrypted as '{encryption.Format}', expected '{SnapshotEncryption.Age}'; a newer release reads it.");
        }

        return new ReadKey(manifest.Encryption is not null, string.IsNullOrWhiteSpace(identity) ? null : identity);
    }

    internal bool CanOpen => !Encrypted || Identity is not null;

    // A secret does not get into texts by accident.
    public override string ToString() => Encrypted ? "encrypted" : "plain";
}
