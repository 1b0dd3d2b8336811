using Drydock.Lab.Accidents;
using Drydock.Lab.Databases;
using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Lab.Chaos.Databases;

/// <summary>Every accident the lab can make while a database is being upgraded.</summary>
public static class DatabaseAccidents
{
    // The operator stops one process, and the host of another is lost at the same moment.
    private static readonly string[] TwoAway =
        ["QuorumLost", "TwoMastersDown", "TwoTserversDown", "TabletMajorityLost", "TwoStoresDown", "NoPumpOnline"];

    private const int LieBytes = 1 << 20;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<DatabaseAccident> All { get; } =
    [
        .. AccidentCatalogue.Shared.Select(
            shared => new DatabaseAccident(shared.Id, shared.Kind, shared.Strike, shared.Fix, shared.Mend)),
        new("ssh-connections-broken", AccidentKind.DatabaseHost, (scene, _) => scene.Host.BreakConnectionsAsync()),
        new("sshd-killed", AccidentKind.DatabaseHost, (scene, _) => scene.Host.KillSshdAsync(), "start sshd", async (
            scene, _) =>
        {
            if (!await AnswersAsync(scene))
            {
                await scene.Host.StartSshdAsync();
            }
        }),
        new(
            "host-cut", AccidentKind.DatabaseHost, (scene, _) => scene.Host.CutAsync(), "put the network back",
            (scene, _) => scene.Host.MendAsync())
        {
            Permits = TwoAway
        },
        new(
            "database-host-crash",
            AccidentKind.DatabaseHost,
            (scene, _) => scene.Host.CrashAsync(),
            "boot the host, and start the processes that do not start automatically",
            BootAsync)
        {
            Permits = [.. TwoAway, "LeadersOnStoppedStore", "TserverStoppedWithLeaders"],
            Restarts = true,
        },
        new(
            "host-key-changed", AccidentKind.DatabaseHost, (scene, _) => scene.Host.ChangeHostKeyAsync(),
            "put the host's key back, or the new one into known_hosts", (scene, _) => scene.Host.RestoreHostKeyAsync()),
        new(
            "ssh-key-refused", AccidentKind.DatabaseHost, (scene, _) => scene.Host.RefuseKeyAsync(refuse: true),
            "let the key in again", (scene, _) => scene.Host.RefuseKeyAsync(refuse: false)),
        new(
            "sudo-refused", AccidentKind.DatabaseHost, (scene, _) => scene.Host.RefuseSudoAsync(refuse: true),
            "give sudo back", (scene, _) => scene.Host.RefuseSudoAsync(refuse: false))
        {
            Fits = scenario =>
                scenario is TiDbScenario or YugabyteScenario { Cluster.Options.Control: YugabyteControl.Systemd },
        },

        // A process that dies with leaders and is next seen with the new version looks as if the upgrade had stopped
        // it.
        new("database-process-killed", AccidentKind.Database, KillAsync, "start it, if nothing does", ReviveAsync)
        {
            Permits = [.. TwoAway, "TserverStoppedWithLeaders"],
            Restarts = true
        },
        Fault("start-fails-once", "start", "fail", times: 1) with
        {
            Fix = "start it, if nothing does",
            Mend = ReviveAsync,
            Restarts = true
        },
        Fault("answers-fail", "call:GET *", "fail", times: 12),
        Fault("answers-hang", "call:GET *", "hang", times: 2),
        Fault("answers-cut", "call:*", "cut", times: 6),
        new(
            "answers-lie",
            AccidentKind.Database,
            (scene, token) => scene.Scenario.Directory.SetFaultsAsync([
                Lie("{\"Id\":\"" + new string('a', LieBytes)), Lie("This is not JSON."),
                Lie("<html><body>Log in to continue.</body></html>"),
                Lie("""{"kind":"Status","status":"Success"}""")], token),
            Mend: (scene, token) => scene.Scenario.Directory.ClearFaultsAsync(token)),
        Fault("tool-dies", "cli:*", "lose", times: 2) with { Fits = scenario => scenario is YugabyteScenario },
        new(
            "ssh-secret-removed",
            AccidentKind.Object,
            (scene, token) => scene.Operator.ControlPlane.KubectlAsync(
                ["-n", scene.Space, "delete", "secret", "database-ssh", "--ignore-not-found"],
                cancellationToken: token),
            "put the Secret back",
            (scene, _) => scene.Operator.ApplySecretsAsync(scene.Space, scene.Scenario.Secrets)),
    ];

    /// <summary>The accident with this id.</summary>
    /// <exception cref="ArgumentException">No accident has this id.</exception>
    public static DatabaseAccident Of(string id) =>
        All.SingleOrDefault(x => x.Id == id) ?? throw new ArgumentException($"There is no accident {id}.", nameof(id));

    private static DatabaseAccident Fault(string id, string on, string what, int times) => new(
        id,
        AccidentKind.Database,
        (scene, token) => scene.Scenario.Directory.SetFaultsAsync(
            [new StandinFault { Id = id, Process = "*", On = on, Do = what, Times = times }], token),
        Mend: (scene, token) => scene.Scenario.Directory.ClearFaultsAsync(token));

    private static StandinFault Lie(string body) =>
        new() { Id = "answers-lie", Process = "*", On = "call:GET *", Do = "lie", Body = body, Times = 3 };

    // The process that the operator works on may be down already.
    private static async Task KillAsync(DatabaseScene scene, CancellationToken cancellationToken)
    {
        try
        {
            await scene.Scenario.KillAsync(scene.Process, cancellationToken);
        }
        catch (LabException)
        {
            await scene.Scenario.KillAsync(
                scene.Neighbours.First(process => process != scene.Process), cancellationToken);
        }
    }

    private static async Task BootAsync(DatabaseScene scene, CancellationToken cancellationToken)
    {
        if (scene.Host.IsUp)
        {
            return;
        }

        await scene.Host.BootAsync(cancellationToken);
        foreach (var process in scene.Neighbours)
        {
            await scene.Scenario.ReviveAsync(process, cancellationToken);
        }
    }

    private static async Task ReviveAsync(DatabaseScene scene, CancellationToken cancellationToken)
    {
        await scene.Scenario.Directory.ClearFaultsAsync(cancellationToken);
        foreach (var process in scene.Neighbours)
        {
            if (!await scene.Scenario.IsRunningAsync(process, cancellationToken))
            {
                await scene.Scenario.ReviveAsync(process, cancellationToken);
            }
        }
    }

    private static async Task<bool> AnswersAsync(DatabaseScene scene) =>
        (await scene.Host.RunAsync("pgrep -x sshd >/dev/null")).ExitCode == 0;
}
