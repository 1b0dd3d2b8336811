using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>
/// The hosts of one database, bound to the present spec and Secrets. Connections are opened when they are needed and
/// shared.
/// </summary>
internal interface IDatabaseHosts : IAsyncDisposable
{
    /// <summary>Controls one process of the database.</summary>
    /// <param name="instance">Its name in the spec.</param>
    /// <exception cref="KeyNotFoundException">The spec has no such instance.</exception>
    IInstanceHost Instance(string instance);

    /// <summary>Controls a process that is not an instance of the database (monitoring, Spark).</summary>
    IInstanceHost Service(InstanceTarget target);

    /// <summary>Files and programs of a host.</summary>
    /// <param name="host">As the spec names it.</param>
    IHostFiles Files(string host);

    /// <summary>The hosts of all instances, each once, in the order of the spec.</summary>
    IReadOnlyList<string> All { get; }

    /// <summary>Where the admin tools run: spec.toolHost, or the host of the first instance.</summary>
    string ToolHost { get; }

    /// <summary>How an instance is controlled, from the spec and the vendors' defaults.</summary>
    InstanceTarget Target(DatabaseInstance instance);
}
