namespace Drydock.Lab.Databases.TiDb;

/// <summary>The scripts of tidb-ansible in <c>scripts</c> of a deploy directory, and its units.</summary>
internal static class TiDbScripts
{
    private const string Head =
        """
        #!/bin/bash
        set -e
        ulimit -n 1000000 2>/dev/null || true

        # WARNING: This file was auto-generated. Do not edit!
        #          All your edit might be overwritten!
        """;

    /// <summary>scripts/run_COMPONENT.sh, which replaces itself by the program.</summary>
    public static string Run(TiDbInstance instance, IReadOnlyList<TiDbInstance> all)
    {
        var arguments = instance.Component switch
        {
            "pd" => Pd(instance, all),
            "tikv" => TiKv(instance, all),
            "tidb" => TiDb(instance, all),
            "pump" => Pump(instance, all),
            _ => Drainer(instance, all),
        };
        var log = $"{instance.DeployDir}/log/{instance.Component}";
        return $"""
            {Head}
            DEPLOY_DIR={instance.DeployDir}

            cd "$DEPLOY_DIR" || exit 1

            exec bin/{instance.Program} \
                {string.Join(" \\\n    ", arguments)} \
                --log-file="{log}.log" 2>> "{log}_stderr.log"

            """;
    }

    /// <summary>scripts/start_COMPONENT.sh.</summary>
    public static string Start(TiDbInstance instance) => instance.Unit is { } unit
        ? $"""
            #!/bin/bash
            set -e

            # WARNING: This file was auto-generated. Do not edit!
            #          All your edit might be overwritten!
            sudo systemctl start {unit}

            """
        : $"""
            #!/bin/bash
            set -e

            # WARNING: This file was auto-generated. Do not edit!
            #          All your edit might be overwritten!
            STATUS_DIR="{instance.StatusDir}"
            DEPLOY_DIR="{instance.DeployDir}"

            cd "$DEPLOY_DIR" || exit 1

            # running as root?
            if [ "$(id -u)" -eq 0 ]; then
                echo "error: run as root is dangerous, did nothing!"
                exit 1
            fi

            # check by svstat
            if bin/svstat "$STATUS_DIR" 2>/dev/null | grep 'up pid' &>/dev/null; then
                echo "ok: already started!"
                exit 0
            fi

            nohup bin/supervise "$STATUS_DIR" </dev/null &>/dev/null &

            echo $! > "$STATUS_DIR/pid"
            echo "ok: started!"

            """;

    /// <summary>scripts/stop_COMPONENT.sh.</summary>
    public static string Stop(TiDbInstance instance) => instance.Unit is { } unit
        ? $"""
            #!/bin/bash
            set -e

            # WARNING: This file was auto-generated. Do not edit!
            #          All your edit might be overwritten!
            sudo systemctl stop {unit}

            """
        : $"""
            #!/bin/bash
            set -e

            STATUS_DIR="{instance.StatusDir}"
            DEPLOY_DIR="{instance.DeployDir}"

            cd "$DEPLOY_DIR" || exit 1

            # down and no more up
            bin/svc -dx "$STATUS_DIR" &>/dev/null || true
            echo "ok: stopped!"

            """;

    /// <summary>The unit.</summary>
    public static string Unit(TiDbInstance instance, string user) => $"""
        [Unit]
        Description={Path.GetFileNameWithoutExtension(instance.Unit)} service
        After=syslog.target network.target remote-fs.target nss-lookup.target

        [Service]
        LimitNOFILE=1000000
        User={user}
        ExecStart={instance.DeployDir}/scripts/run_{instance.Component}.sh
        Restart=always
        RestartSec=15s

        [Install]
        WantedBy=multi-user.target

        """;

    /// <summary>
    /// bin/svstat: tidb-ansible's own build prints "up pid 17, 3 seconds", and Debian's prints "up (pid 17) 3 seconds".
    /// </summary>
    public static string Svstat =>
        """
        #!/bin/sh
        svstat "$@" | sed 's/(pid \([0-9]*\))/pid \1,/'

        """;

    private static string[] Pd(TiDbInstance instance, IReadOnlyList<TiDbInstance> all)
    {
        var client = Scheme(instance) + instance.Address;
        var peer = Peer(instance);
        return
        [
            $"--name=\"{MemberName(instance)}\"",
            $"--client-urls=\"{client}\"",
            $"--advertise-client-urls=\"{client}\"",
            $"--peer-urls=\"{peer}\"",
            $"--advertise-peer-urls=\"{peer}\"",
            $"--data-dir=\"{instance.DataDir}\"",
            "--initial-cluster=\""
            + $"{string.Join(',', all.Where(i => i.Component == "pd").Select(i => $"{MemberName(i)}={Peer(i)}"))}\"",
            "--config=conf/pd.toml",
            .. Certificates(instance, "cacert", "cert", "key"),
        ];
    }

    private static string[] TiKv(TiDbInstance instance, IReadOnlyList<TiDbInstance> all) =>
    [
        $"--addr=\"0.0.0.0:{instance.Port}\"",
        $"--advertise-addr=\"{instance.Address}\"",
        $"--pd=\"{Endpoints(all)}\"",
        $"--data-dir=\"{instance.DataDir}\"",
        "--config=conf/tikv.toml",
    ];

    private static string[] TiDb(TiDbInstance instance, IReadOnlyList<TiDbInstance> all) =>
    [
        FormattableString.Invariant($"-P {instance.Port}"),
        FormattableString.Invariant($"--status=\"{instance.StatusPort}\""),
        $"--advertise-address=\"{instance.Host.Address}\"",
        $"--path=\"{Endpoints(all)}\"",
        "--config=conf/tidb.toml",
        .. all.Any(i => i.Component == "pump") ? new[] { "--enable-binlog" } : [],
        $"--log-slow-query=\"{instance.DeployDir}/log/tidb_slow_query.log\"",
    ];

    private static string[] Pump(TiDbInstance instance, IReadOnlyList<TiDbInstance> all) =>
    [
        $"--addr=\"0.0.0.0:{instance.Port}\"",
        $"--advertise-addr=\"{instance.Address}\"",
        $"--pd-urls=\"{Urls(all)}\"",
        $"--data-dir=\"{instance.DataDir}\"",
        "--config=conf/pump.toml",
        .. Certificates(instance, "ssl-ca", "ssl-cert", "ssl-key"),
    ];

    private static string[] Drainer(TiDbInstance instance, IReadOnlyList<TiDbInstance> all) =>
    [
        $"--addr=\"{instance.Address}\"",
        $"--pd-urls=\"{Urls(all)}\"",
        $"--data-dir=\"{instance.DataDir}\"",
        "--config=conf/drainer.toml",
        "--initial-commit-ts=\"0\"",
        .. Certificates(instance, "ssl-ca", "ssl-cert", "ssl-key"),
    ];

    private static string Peer(TiDbInstance pd) =>
        FormattableString.Invariant($"{Scheme(pd)}{pd.Host.Address}:{pd.Port + 1}");

    /// <summary>
    /// The name of a PD member is that of its instance, so that manifests and the record use the same names.
    /// </summary>
    private static string MemberName(TiDbInstance pd) => pd.Name;

    private static string Endpoints(IReadOnlyList<TiDbInstance> all) =>
        string.Join(',', all.Where(i => i.Component == "pd").Select(i => i.Address));

    private static string Urls(IReadOnlyList<TiDbInstance> all) =>
        string.Join(',', all.Where(i => i.Component == "pd").Select(i => Scheme(i) + i.Address));

    private static string Scheme(TiDbInstance instance) => instance.Tls ? "https://" : "http://";

    private static string[] Certificates(TiDbInstance instance, string authority, string certificate, string key) =>
        instance.Tls
            ? [
                $"--{authority}={TiDbCluster.TlsFolder}/ca.pem", $"--{certificate}={TiDbCluster.TlsFolder}/server.pem",
                $"--{key}={TiDbCluster.TlsFolder}/server-key.pem"]
            : [];
}
