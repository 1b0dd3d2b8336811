namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>The true state of a server.</summary>
/// <param name="Name">The lab's name, master-1 or tserver-3.</param>
/// <param name="Uuid">Its permanent id.</param>
/// <param name="Version">The last version that it ran.</param>
/// <param name="Up">Whether it runs and can be reached.</param>
/// <param name="Starts">Number of its starts.</param>
/// <param name="Leaders">Number of tablets that it leads.</param>
public sealed record YugabyteServerState(string Name, string Uuid, string Version, bool Up, int Starts, int Leaders);
