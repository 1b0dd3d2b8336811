namespace Drydock.Lab.Accidents;

/// <summary>OMS misbehaves, or is changed manually. Only containers of the new version misbehave.</summary>
internal static class OmsAccidents
{
    public static IReadOnlyList<IAccident> All { get; } =
    [
        Init("init-no-marker", "no-marker"),
        Init("init-rc0-failed", "rc0-failed"),
        Init("init-rc1-with-marker", "rc1-with-marker"),
        Init("init-fails", "fail"),
        New("init-hangs", scene => Knobs(scene, x => new OmsKnobs { Init = x }, "hang"), "end the command", scene =>
            EndAsync(scene, "docker_init")),
        New("jar-fails", scene => Knobs(scene, x => new OmsKnobs { Jar = x }, "fail"), "see why the JAR failed"),
        New("jar-unopened", scene => Knobs(scene, x => new OmsKnobs { Jar = x }, "unopened"), "make the JAR readable"),
        New(
            "jar-reports-errors", scene => Knobs(scene, x => new OmsKnobs { Jar = x }, "errors"),
            "read what the JAR reported"),
        New("jar-hangs", scene => Knobs(scene, x => new OmsKnobs { Jar = x }, "hang"), "end the command", scene =>
            EndAsync(scene, "correction")),
        Program("program-fatal", "oms_drc_cm", "fatal", restart: false),
        Program("program-backoff", "oms_drc_supervisor", "backoff", restart: false),
        Program("program-starting", "nginx", "starting", restart: true),
        New(
            "container-dies-at-start", scene => Knobs(scene, x => new OmsKnobs { Boot = x }, "die"),
            "put right what its log says, and start it", StartDeadAsync),
        New(
            "host-never-online",
            scene => scene.Stage.Oms.SetKnobsAsync(new OmsKnobs { HostOnline = false }, scene.OmsNode.Host),
            "repair the host's registration"),
        New(
            "heartbeat-stale",
            scene => scene.Stage.Oms.SetKnobsAsync(new OmsKnobs { Heartbeat = "stale" }, scene.OmsNode.Host),
            "repair oms_drc_supervisor", RestartSupervisorAsync),
        New("supervisorctl-slow", scene => scene.Stage.Oms.SetKnobsAsync(
            new OmsKnobs { SupervisorctlSeconds = 15 }, scene.OmsNode.Host)),
        New("ha-config-changed", ChangeHaAsync, "put ha.config back", PutHaBackAsync),
        Forgiven("old-container-started", StartOldAsync, "stop the old container", async scene =>
            await scene.Host.DockerAsync(["stop", "-t", "20", scene.Stage.Oms.Options.OldContainer])),
        // After the rollback this container is neither present as a stopped one nor counted.
        New("new-container-removed", scene => scene.Host.TryDockerAsync(
            ["rm", "-f", scene.Stage.Road.NewContainer])) with
        {
            Changes = what => what.Contains(" exited restart=no ", StringComparison.Ordinal)
                || what.StartsWith("containers on ", StringComparison.Ordinal),
        },
    ];

    // Mistakes are forgiven while the old container runs, because the manual start causes them; later ones are not.
    private static async Task StartOldAsync(AccidentScene scene)
    {
        await scene.Stage.Oms.SetKnobsAsync(
            scene.Stage.Oms.Options.Knobs with
            {
                Forgive = ["old-and-new-together", "mixed-versions", "old-on-new-schema"]
            },
            scene.OmsNode.Host);
        await scene.Host.DockerAsync(["start", scene.Stage.Oms.Options.OldContainer]);
    }

    private static Accident New(
        string id, Func<AccidentScene, Task> strike, string? fix = null, Func<AccidentScene, Task>? mend = null) =>
        new(
            id, AccidentKind.Oms, (scene, _) => strike(scene), fix, async (scene, _) =>
            {
                await scene.Stage.Oms.SetKnobsAsync(scene.Stage.Oms.Options.Knobs);
                if (mend is not null)
                {
                    await mend(scene);
                }
            })
        { IsDeferred = true };

    // Mistakes are forgiven until the repair is done: a container takes a while to stop.
    private static Accident Forgiven(
        string id, Func<AccidentScene, Task> strike, string fix, Func<AccidentScene, Task> mend) =>
        new(
            id, AccidentKind.Oms, (scene, _) => strike(scene), fix, async (scene, _) =>
            {
                await mend(scene);
                await scene.Stage.Oms.SetKnobsAsync(scene.Stage.Oms.Options.Knobs);
            })
        { IsDeferred = true };

    private static Accident Init(string id, string mode) =>
        New(
            id, scene => Knobs(scene, x => new OmsKnobs { Init = x }, mode),
            mode == "rc1-with-marker" ? null : "see why docker_init.sh failed");

    private static Accident Program(string id, string program, string mode, bool restart) => New(
        id,
        scene => Knobs(
            scene,
            x => new OmsKnobs { Programs = new Dictionary<string, OmsFault>(StringComparer.Ordinal) { [program] = x } },
            mode),
        $"repair {program}",
        restart
            ? async scene => await scene.Host.TryDockerAsync(["restart", scene.Stage.Road.NewContainer])
            : async scene => await InNewAsync(scene, "supervisorctl", "start", program));

    private static Task Knobs(AccidentScene scene, Func<OmsFault, OmsKnobs> knobs, string mode) =>
        scene.Stage.Oms.SetKnobsAsync(knobs(new OmsFault(mode, Version: scene.Stage.Oms.To.Version)));

    private static Task<ShellResult[]> EndAsync(AccidentScene scene, string what) =>
        Task.WhenAll(scene.Stage.Hosts.Select(host => host.TryDockerAsync(
            ["exec", scene.Stage.Road.NewContainer, "pkill", "-KILL", "-f", $"main.py {what}|{what}-1.0"])));

    // Never starts a container that the run has not started yet.
    private static async Task StartDeadAsync(AccidentScene scene)
    {
        var state = await scene.Host.TryDockerAsync(
            ["inspect", "-f", "{{.State.Status}}", scene.Stage.Road.NewContainer]);
        if (state.Output.Trim() == "exited")
        {
            await scene.Host.DockerAsync(["start", scene.Stage.Road.NewContainer]);
        }
    }

    private static Task<ShellResult> InNewAsync(AccidentScene scene, params string[] command) =>
        scene.Host.TryDockerAsync(["exec", scene.Stage.Road.NewContainer, .. command]);

    private static Task RestartSupervisorAsync(AccidentScene scene) =>
        InNewAsync(scene, "supervisorctl", "restart", "oms_drc_supervisor");

    private static async Task ChangeHaAsync(AccidentScene scene)
    {
        if (await scene.Stage.Oms.ReadHaConfigAsync() is { } found)
        {
            scene.Kept["ha"] = found;
            await WriteHaAsync(scene, found.Contains("\"enable\":true", StringComparison.Ordinal)
                ? found.Replace("\"enable\":true", "\"enable\":false", StringComparison.Ordinal)
                : found.Replace("\"enable\":false", "\"enable\":true", StringComparison.Ordinal));
        }
    }

    private static Task PutHaBackAsync(AccidentScene scene) =>
        scene.Kept.TryRemove("ha", out var found) ? WriteHaAsync(scene, found) : Task.CompletedTask;

    private static Task<string> WriteHaAsync(AccidentScene scene, string text) =>
        scene.Stage.MetaDb.ExecAsync(
            $"UPDATE oms_normal_config SET cfg_value = {OmsSeed.Quote(text)} WHERE cfg_name = 'ha.config'",
            scene.Stage.Oms.Options.RmDatabase);
}
