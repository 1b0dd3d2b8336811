namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>A server as the cluster itself knows it.</summary>
/// <param name="Name">The lab's name, master-1 or tserver-3.</param>
/// <param name="Uuid">Its permanent id.</param>
/// <param name="Version">What it ran last.</param>
/// <param name="Up">It runs and can be reached.</param>
/// <param name="Starts">How often it was started.</param>
/// <param name="Leaders">How many tablets it leads.</param>
public sealed record YugabyteServerState(string Name, string Uuid, string Version, bool Up, int Starts, int Leaders);
