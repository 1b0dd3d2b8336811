namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>One server of a cluster, with its ports and its files on its host.</summary>
/// <param name="Name">master-1, tserver-3.</param>
/// <param name="Rpc">Its RPC port.</param>
/// <param name="Web">The port of its web interface.</param>
public sealed record YugabyteServer(string Name, YugabyteKind Kind, LabHost Host, int Rpc, int Web)
{
    /// <summary>The zone of its host.</summary>
    public required string Zone { get; init; }

    private string Part => Kind == YugabyteKind.Master ? "master" : "tserver";

    /// <summary>HOST:PORT for RPC, as in blacklists and for the admin tool.</summary>
    public string RpcAddress => string.Create(CultureInfo.InvariantCulture, $"{Host.Address}:{Rpc}");

    /// <summary>HOST:PORT of the web interface.</summary>
    public string WebAddress => string.Create(CultureInfo.InvariantCulture, $"{Host.Address}:{Web}");

    /// <summary>HOST:PORT for clients; only tablet servers have one.</summary>
    public string ClientAddress =>
        string.Create(CultureInfo.InvariantCulture, $"{Host.Address}:{YugabyteNaming.Client}");

    /// <summary>Its data directory on the host.</summary>
    public string DataDir => "/data/db/" + Part;

    /// <summary>Its flag file on the host.</summary>
    public string FlagFile => $"/data/conf/{Part}.conf";

    /// <summary>The file of its standard output on the host.</summary>
    public string OutputFile => $"/data/logs/{Part}.out";

    /// <summary>The program path in units and scripts: a symbolic link to a version's directory.</summary>
    public string Link => "/data/" + Part;

    /// <summary>Its start script, if the cluster uses scripts.</summary>
    public string StartScript => $"/data/scripts/start_{Part}.sh";

    /// <summary>Its stop script.</summary>
    public string StopScript => $"/data/scripts/stop_{Part}.sh";

    /// <summary>Its service directory, if the cluster uses supervise.</summary>
    public string ServiceDirectory => "/data/service/" + Part;
}
