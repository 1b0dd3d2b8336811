namespace Drydock.Clients.Snapshots;

/// <summary>How far a stored object is looked into.</summary>
internal enum ReadDepth
{
    /// <summary>Its bytes and their hash.</summary>
    Stored,

    /// <summary>
    /// Also decrypted and decompressed to the end, which proves the checksums inside, and its statements looked at and
    /// counted.
    /// </summary>
    Scanned,
}
