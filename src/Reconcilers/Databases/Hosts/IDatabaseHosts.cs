namespace Drydock.Reconcilers.Databases;

/// <summary>The hosts of one database, bound to the present spec and Secrets. Connections are opened when they are
/// needed and shared. The worlds of the tests implement it, too.</summary>
internal interface IDatabaseHosts : IAsyncDisposable
{
    IInstanceHost Instance(string instance);

    IInstanceHost Service(InstanceTarget target);

    IHostFiles Files(string host);

    IReadOnlyList<string> All { get; }

    string ToolHost { get; }
}
