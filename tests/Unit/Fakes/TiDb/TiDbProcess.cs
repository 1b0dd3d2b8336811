namespace Drydock.Tests.Unit.Fakes;

/// <summary>One instance of the world: what lies on its host, and the process that runs.</summary>
internal sealed class TiDbProcess(string name, DatabaseComponent component, string host, int port, int statusPort)
{
    public string Name => name;

    /// <summary>How often its host was asked for it.</summary>
    public int Looks { get; set; }

    public DatabaseComponent Component => component;

    public string Host => host;

    public int Port => port;

    public int StatusPort => statusPort;

    public string Address => $"{host}:{port}";

    public string DeployDir => $"/data/{name}";

    /// <summary>Version of the program that lies in its place.</summary>
    public string Installed { get; set; } = "";

    /// <summary>Version of the program that runs; null while it is down.</summary>
    public string? Running { get; set; }

    public int? Pid { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    /// <summary>When it begins to answer.</summary>
    public DateTimeOffset ReadyAt { get; set; }

    /// <summary>Its supervisor keeps it stopped.</summary>
    public bool IsStopped { get; set; }

    public int Restarts { get; set; }

    /// <summary>The new program ends again at once.</summary>
    public bool CrashLoops { get; set; }

    /// <summary>An old process that nobody supervises.</summary>
    public int? StrayPid { get; set; }

    /// <summary>The new program lies prepared beside the one in use.</summary>
    public bool IsStaged { get; set; }

    /// <summary>Why the host refuses to prepare the new program.</summary>
    public HostException? RefusesStage { get; set; }

    /// <summary>Why the host refuses to put the new program in its place.</summary>
    public HostException? RefusesSwap { get; set; }

    /// <summary>What runs before the program itself: the shell of a start script, or nothing that can be read
    /// yet.</summary>
    public string? Becoming { get; set; }

    /// <summary>The new program cannot be started.</summary>
    public bool RefusesStart { get; set; }

    /// <summary>Something starts the old program again whenever it was stopped.</summary>
    public bool HasWatchdog { get; set; }

    /// <summary>Why the host refuses to stop it.</summary>
    public HostException? RefusesStop { get; set; }

    public bool IsAlive => Pid is not null;
}
