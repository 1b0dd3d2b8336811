namespace Drydock.Tests.Integration.Lab.StandIn;

/// <summary>Plays the upgrade guides by hand, command by command.</summary>
/// <param name="oms">The scenario.</param>
/// <param name="metaDb">Its database.</param>
internal sealed class ByHand(OmsScenario oms, MetaDb metaDb)
{
    public const string New = "oms_new";

    /// <summary>Stops the old containers on all nodes.</summary>
    public Task StopOldAsync() => EachAsync(async node =>
    {
        await node.Host.DockerAsync("update", "--restart", "no", oms.Options.OldContainer);
        await node.Host.DockerAsync("stop", "-t", "30", oms.Options.OldContainer);
    });

    /// <summary>Starts the new ones and waits until supervisord answers.</summary>
    public Task StartNewAsync() => EachAsync(async node =>
    {
        await node.Host.DockerAsync([.. oms.RunArguments(node, New, oms.To.Tag, "no", upgrade: true)]);
        await RunningAsync(node, New, "oms_drc_cm", "oms_drc_supervisor");
    });

    /// <summary>Runs a command in the new container and returns what it said, whatever its exit code.</summary>
    public async Task<string> InNewAsync(OmsNode node, params string[] command)
    {
        try
        {
            return await node.Host.DockerAsync(["exec", New, .. command]);
        }
        catch (LabException failed)
        {
            return failed.Message;
        }
    }

    /// <summary>docker_init.sh on a node.</summary>
    public Task<string> InitAsync(OmsNode node) => InNewAsync(node, "bash", "/root/docker_init.sh");

    /// <summary>
    /// Stops every console, then the JAR on the nodes, the last one with -ltrue if they are several regions' first
    /// nodes, else all.
    /// </summary>
    public async Task CorrectAsync(IReadOnlyList<OmsNode> nodes)
    {
        await EachAsync(node => InNewAsync(node, "supervisorctl", "stop", "oms_console"));
        foreach (var node in nodes)
        {
            var last = oms.Regions.Count == 1 || ReferenceEquals(node, nodes[^1]);
            (await InNewAsync(
                node, "/opt/alibaba/java/bin/java", "-jar", OmsImages.JarPath, "-mupgrade",
                "-y/home/admin/conf/config.yaml", $"-l{(last ? "true" : "false")}")).ShouldContain("finished");
        }
    }

    /// <summary>The JAR on a node, whatever comes of it.</summary>
    public Task<string> CorrectJarOnlyAsync(OmsNode node) =>
        InNewAsync(
            node, "/opt/alibaba/java/bin/java", "-jar", OmsImages.JarPath, "-mupgrade",
            "-y/home/admin/conf/config.yaml", "-ltrue");

    /// <summary>The console of the other nodes, as people do it by hand.</summary>
    public Task StartConsolesAsync() => EachAsync(node => InNewAsync(node, "supervisorctl", "start", "oms_console"));

    /// <summary>Waits until CM calls the nodes ONLINE.</summary>
    public Task OnlineAsync(IEnumerable<OmsNode> nodes) => Deadline.UntilAsync(
        "the hosts to be ONLINE",
        async token =>
        {
            var online = await metaDb.ExecAsync(
                "SELECT ip FROM host WHERE host_status = 'ONLINE'", oms.Options.CmDatabase, token);
            return nodes.All(x => online.Split('\n').Contains(x.Host.Address, StringComparer.Ordinal));
        },
        cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>Marks all hosts OFFLINE, so that only those that CM takes now come back.</summary>
    public Task<string> ForgetHostsAsync() =>
        metaDb.ExecAsync("UPDATE host SET host_status = 'OFFLINE'", oms.Options.CmDatabase);

    /// <summary>Dumps a database whole, or without its triggers.</summary>
    public async Task DumpAsync(string database, string file, bool asPrinted = false)
    {
        var flags = asPrinted ? new[] { "--triggers=false" } : ["--routines", "--triggers", "--events", "--hex-blob"];
        await File.WriteAllTextAsync(file, await Shell.RunAsync("mysqldump", [
            "--no-defaults", "--socket=" + metaDb.SocketPath, "--user=root", "--default-character-set=utf8mb4",
            .. flags, database]));
    }

    /// <summary>Drops, creates and loads a database; with its own collation, or plainly, without it.</summary>
    public async Task RestoreAsync(string database, string file, bool asPrinted = false)
    {
        var create = await metaDb.ExecAsync(
            "SELECT concat(default_character_set_name, ' COLLATE ', default_collation_name) FROM "
            + $"information_schema.schemata WHERE schema_name = '{database}'");
        await metaDb.ExecAsync(
            $"DROP DATABASE `{database}`; CREATE DATABASE "
            + $"`{database}`{(asPrinted ? "" : $" CHARACTER SET {create}")};");
        await metaDb.ExecAsync(await File.ReadAllTextAsync(file), database);
    }

    /// <summary>Waits until programs of a container are RUNNING.</summary>
    public static Task RunningAsync(OmsNode node, string container, params string[] programs) => Deadline.UntilAsync(
        $"{string.Join(", ", programs)} of {container} to be RUNNING",
        async _ =>
        {
            try
            {
                var status = await node.Host.DockerAsync("exec", container, "sh", "-c", "supervisorctl status; true");
                return programs.All(p => status.Split('\n').Any(x => x.StartsWith(p + " ", StringComparison.Ordinal)
                    && x.Contains("RUNNING", StringComparison.Ordinal)));
            }
            catch (LabException)
            {
                return false; // it has not come that far
            }
        },
        cancellationToken: TestContext.Current.CancellationToken);

    private Task EachAsync(Func<OmsNode, Task> act) => Task.WhenAll(oms.Nodes.Select(act));
}
