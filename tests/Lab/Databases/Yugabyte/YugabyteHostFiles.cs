namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>
/// Writes the files of a cluster's host besides programs and data: flag files, certificates, units or scripts.
/// </summary>
internal sealed class YugabyteHostFiles(YugabyteClusterOptions options, StandinDirectory directory, LabRun run)
{
    private const string CertsDir = "/data/certs";

    /// <summary>The unit of a kind of server.</summary>
    public static string UnitOf(YugabyteNaming naming, YugabyteKind kind) => naming.ProgramOf(kind) + ".service";

    public async Task WriteAsync(
        IReadOnlyList<YugabyteServer> onHost, IReadOnlyList<string> masters, CancellationToken cancellationToken)
    {
        const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        var host = onHost[0].Host;
        (await host.RunAsync("mkdir -p /data/conf /data/logs /data/db /data/scripts", ct: cancellationToken)).OrThrow();
        // A tool that is called over ssh does not have the lab's environment.
        await host.WriteFileAsync(
            "/data/standin.env",
            string.Create(
                CultureInfo.InvariantCulture,
                $"STANDIN_CLUSTER={directory.Path}\nSTANDIN_TIME_FACTOR={options.TimeFactor}\n"),
            ct: cancellationToken);
        if (options.Tls || options.HasWebTls)
        {
            await WriteCertificatesAsync(host, cancellationToken);
        }

        foreach (var server in onHost)
        {
            await host.WriteFileAsync(
                server.FlagFile, string.Join('\n', Flags(server, masters)) + "\n", ct: cancellationToken);
            if (options.Control == YugabyteControl.Scripts)
            {
                await host.WriteFileAsync(server.StartScript, StartScript(server), Executable, ct: cancellationToken);
                await host.WriteFileAsync(server.StopScript, StopScript(server), Executable, ct: cancellationToken);
            }

            if (options.Control == YugabyteControl.Supervise)
            {
                (await host.RunAsync($"mkdir -p {server.ServiceDirectory}", ct: cancellationToken)).OrThrow();
                await host.WriteFileAsync(
                    $"{server.ServiceDirectory}/run", RunScript(server), Executable, ct: cancellationToken);
            }

            if (options.Control == YugabyteControl.Systemd)
            {
                await host.InstallUnitAsync(UnitOf(options.Naming, server.Kind), Unit(server), cancellationToken);
            }
        }
    }

    private IEnumerable<string> Flags(YugabyteServer server, IReadOnlyList<string> masters)
    {
        var naming = options.Naming;
        var all = string.Join(',', masters);
        yield return server.Kind == YugabyteKind.Master
            ? $"--{naming.MastersFlag}={all}"
            : $"--{naming.TserverMastersFlag}={all}";
        yield return $"--rpc_bind_addresses={server.RpcAddress}";
        yield return $"--webserver_interface={server.Host.Address}";
        yield return string.Create(CultureInfo.InvariantCulture, $"--webserver_port={server.Web}");
        yield return $"--fs_data_dirs={server.DataDir}";
        yield return $"--log_dir=/data/logs/{naming.ProgramOf(server.Kind)}";
        yield return $"--placement_zone={server.Zone}";
        yield return $"--{naming.EnableSql}={(options.Sql ? "true" : "false")}";
        if (server.Kind == YugabyteKind.Tserver)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"--cql_proxy_bind_address={server.ClientAddress}");
        }

        if (options.Tls)
        {
            yield return "--use_node_to_node_encryption=true";
            yield return $"--certs_dir={CertsDir}";
        }

        if (options.HasWebTls)
        {
            yield return $"--webserver_certificate_file={CertsDir}/node.{server.Host.Address}.crt";
            yield return $"--webserver_private_key_file={CertsDir}/node.{server.Host.Address}.key";
            yield return $"--webserver_ca_certificate_file={CertsDir}/ca.crt";
        }
    }

    private async Task WriteCertificatesAsync(LabHost host, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(host.Data, "certs");
        var issued = run.Authority.Issue(folder, "node", "yugabyte", hosts: [host.Address]);
        File.Move(issued.AuthorityPath, Path.Combine(folder, "ca.crt"), overwrite: true);
        File.Move(issued.CertificatePath, Path.Combine(folder, $"node.{host.Address}.crt"), overwrite: true);
        File.Move(issued.KeyPath, Path.Combine(folder, $"node.{host.Address}.key"), overwrite: true);
        (await host.RunAsync($"chown -R {options.User} {CertsDir}", asRoot: true, cancellationToken)).OrThrow();
    }

    private string Unit(YugabyteServer server) => $"""
        [Unit]
        Description={options.Naming.ProgramOf(server.Kind)}
        After=network.target

        [Service]
        User={options.User}
        ExecStart={server.Link}/bin/{options.Naming.ProgramOf(server.Kind)} --flagfile={server.FlagFile}
        Restart=always
        RestartSec=1

        [Install]
        WantedBy=multi-user.target

        """;

    private string StartScript(YugabyteServer server) => $"""
        #!/bin/sh
        setsid {server.Link}/bin/{options.Naming.ProgramOf(server.Kind)} --flagfile={server.FlagFile} >>{server.OutputFile} 2>&1 </dev/null &
        echo $! >{server.Link}.pid

        """;

    private string RunScript(YugabyteServer server) => $"""
        #!/bin/sh
        exec >>{server.OutputFile} 2>&1
        exec {server.Link}/bin/{options.Naming.ProgramOf(server.Kind)} --flagfile={server.FlagFile}

        """;

    private static string StopScript(YugabyteServer server) => $"""
        #!/bin/sh
        kill "$(cat {server.Link}.pid)"

        """;
}
