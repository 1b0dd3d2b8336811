namespace Drydock.Lab.Databases.TiDb;

/// <summary>One installed process of the cluster, in the layout of tidb-ansible.</summary>
public sealed record TiDbInstance
{
    /// <summary>The name of its processes in the record: <c>pd-1</c>, <c>tikv-2</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>pd</c>, <c>tikv</c>, <c>pump</c>, <c>tidb</c> or <c>drainer</c>.</summary>
    public required string Component { get; init; }

    public required LabHost Host { get; init; }

    /// <summary>The port of its service.</summary>
    public required int Port { get; init; }

    /// <summary>The port of its status pages, if it is a different one.</summary>
    public int? StatusPort { get; init; }

    /// <summary>Whether its HTTP port speaks TLS.</summary>
    public bool Tls { get; init; }

    /// <summary>The unit, if systemd supervises it.</summary>
    public string? Unit { get; init; }

    /// <summary>The zone of its host; null without zones.</summary>
    public string? Zone { get; init; }

    /// <summary>The program in <c>bin</c>.</summary>
    public string Program => Component is "pump" or "drainer" ? Component : Component + "-server";

    /// <summary>Its folder inside the host.</summary>
    public string DeployDir => "/data/deploy/" + Component;

    /// <summary>Its data folder inside the host; null for TiDB, which has none.</summary>
    public string? DataDir => Component switch
    {
        "tidb" => null,
        "tikv" => DeployDir + "/data",
        _ => $"{DeployDir}/data.{Component}",
    };

    /// <summary>The service directory, if supervise supervises it.</summary>
    public string StatusDir => DeployDir + "/status";

    /// <summary>Address and port of its service.</summary>
    public string Address => FormattableString.Invariant($"{Host.Address}:{Port}");

    /// <summary>A page of its status port, or of its service port if it has no status port.</summary>
    public Uri Http(string path) =>
        new(FormattableString.Invariant($"{(Tls ? "https" : "http")}://{Host.Address}:{StatusPort ?? Port}{path}"));
}
