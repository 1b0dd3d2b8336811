namespace Drydock.Lab.Oms;

/// <summary>One host of the scenario with its directories on the host.</summary>
/// <param name="Host">The Docker host.</param>
/// <param name="Directory">The parent of the directories below.</param>
public sealed record OmsNode(IOmsHost Host, OmsRegion Region, string Directory)
{
    /// <summary>Bound at /home/admin/conf/config.yaml.</summary>
    public string Config => Path.Combine(Directory, "config.yaml");

    /// <summary>Bound at /home/admin/logs.</summary>
    public string Logs => Path.Combine(Directory, "oms_logs");

    /// <summary>Bound at /home/ds/store.</summary>
    public string Store => Path.Combine(Directory, "oms_store");

    /// <summary>Bound at /home/ds/run.</summary>
    public string Run => Path.Combine(Directory, "oms_run");

    /// <summary>A log of an old run with the success marker.</summary>
    public string OldInitLog => Path.Combine(Logs, "docker_init_20220315093000.log");

    /// <summary>The console's certificate, at the same path on every host.</summary>
    public string Certificate => Path.GetFullPath(Path.Combine(Directory, "..", "https_crt"));

    /// <summary>The key of the certificate.</summary>
    public string Key => Path.GetFullPath(Path.Combine(Directory, "..", "https_key"));

    /// <summary>The binds of an HTTPS console (docs/project/research/oms.md#container).</summary>
    public IReadOnlyList<string> HttpsBinds =>
        [$"{Certificate}:/etc/pki/nginx/oms_server.crt", $"{Key}:/etc/pki/nginx/oms_server.key"];

    /// <summary>The bind of config.yaml.</summary>
    public string ConfigBind => $"{Config}:/home/admin/conf/config.yaml";

    /// <summary>The bind of the directory that has config.yaml.</summary>
    public string ConfigDirectoryBind => $"{Directory}:/home/admin/conf";

    /// <summary>The four binds (docs/project/research/oms.md#container).</summary>
    public IReadOnlyList<string> Binds =>
        [ConfigBind, $"{Logs}:/home/admin/logs", $"{Store}:/home/ds/store", $"{Run}:/home/ds/run"];
}
