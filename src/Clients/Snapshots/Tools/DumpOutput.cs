namespace Drydock.Clients.Snapshots;

/// <summary>One stream of SQL that a tool wrote.</summary>
/// <param name="Part">What it holds.</param>
/// <param name="Name">Its file name, without what compression and encryption add; empty where it is the only
/// one.</param>
/// <param name="Content">The SQL.</param>
/// <param name="Head">Bytes to put before it.</param>
public sealed record DumpOutput(SnapshotPart Part, string Name, Stream Content, ReadOnlyMemory<byte> Head = default);
