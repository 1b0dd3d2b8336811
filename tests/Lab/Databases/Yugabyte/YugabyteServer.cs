using System.Globalization;
using Drydock.Lab.Hosts;

namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>One server of a cluster: where it is and what belongs to it, on its host.</summary>
/// <param name="Name">master-1, tserver-3.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Host">Its host.</param>
/// <param name="Rpc">Its RPC port.</param>
/// <param name="Web">The port of its web interface.</param>
public sealed record YugabyteServer(string Name, YugabyteKind Kind, LabHost Host, int Rpc, int Web)
{
    private string Part => Kind == YugabyteKind.Master ? "master" : "tserver";

    /// <summary>HOST:PORT for RPC, as blacklists and the admin tool want it.</summary>
    public string RpcAddress => string.Create(CultureInfo.InvariantCulture, $"{Host.Address}:{Rpc}");

    /// <summary>HOST:PORT of the web interface.</summary>
    public string WebAddress => string.Create(CultureInfo.InvariantCulture, $"{Host.Address}:{Web}");

    /// <summary>HOST:PORT of the port for clients; only tablet servers have one.</summary>
    public string ClientAddress =>
        string.Create(CultureInfo.InvariantCulture, $"{Host.Address}:{YugabyteNaming.Client}");

    /// <summary>Its data directory on the host.</summary>
    public string DataDir => "/data/db/" + Part;

    /// <summary>Its flag file on the host.</summary>
    public string FlagFile => $"/data/conf/{Part}.conf";

    /// <summary>What its standard output is appended to, on the host.</summary>
    public string OutputFile => $"/data/logs/{Part}.out";

    /// <summary>Where units and scripts look for the program: a symbolic link to a version's directory.</summary>
    public string Link => "/data/" + Part;

    /// <summary>The script that starts it, where the cluster has scripts.</summary>
    public string StartScript => $"/data/scripts/start_{Part}.sh";

    /// <summary>The script that stops it.</summary>
    public string StopScript => $"/data/scripts/stop_{Part}.sh";

    /// <summary>The service directory of supervise, where the cluster has it.</summary>
    public string ServiceDirectory => "/data/service/" + Part;
}
