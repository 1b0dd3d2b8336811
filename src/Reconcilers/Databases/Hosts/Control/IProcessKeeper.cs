
namespace Drydock.Reconcilers.Databases;

/// <summary>One of the ways processes are kept up and down: systemd, daemontools, scripts, or nothing at all.</summary>
internal interface IProcessKeeper
{
    /// <summary>What the script look asks: systemd, supervise or none.</summary>
    string Kind { get; }

    /// <summary>Whether it names a process as its own.</summary>
    bool IsSupervisor { get; }

    /// <summary>Units to ask for.</summary>
    IReadOnlyList<string> Units { get; }

    /// <summary>The service directory; empty if there is none.</summary>
    string ServiceDirectory { get; }

    /// <summary>
    /// The file on the host that says which of two units is meant, while neither runs; empty if there is none.
    /// </summary>
    string ChoiceFile { get; }

    /// <summary>What it says of the process.</summary>
    /// <exception cref="HostException">It contradicts itself or the spec, or says what is not understood.</exception>
    KeptProcess Read(LookReport report);

    /// <summary>
    /// Asks for the end of the process and waits for it within the grace. False if one of its processes still lives
    /// then.
    /// </summary>
    /// <exception cref="HostException">Refused.</exception>
    Task<bool> StopAsync(HostChannel channel, InstanceLook look, CancellationToken cancellationToken);

    /// <summary>Asks for the process.</summary>
    /// <exception cref="HostException">Refused.</exception>
    Task StartAsync(HostChannel channel, InstanceLook look, string directory, CancellationToken cancellationToken);
}
