using Drydock.Lab.GitOps;

namespace Drydock.Tests.EndToEnd.Golden;

/// <summary>
/// The scripts of Argo CD on the objects of the golden run. The story went on, so the operator heeded each action that
/// it took.
/// </summary>
[Collection(Lanes.Upgrades)]
public sealed class ArgoActionTests(StageFixture fixture)
{
    private static readonly ArgoScripts Scripts = new(Repository.Root);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_action_is_enabled_where_it_is_heeded()
    {
        var golden = await fixture.RecordingAsync();

        golden.Acts.Select(act => act.Action).ShouldBe(["pause", "resume", "abort", "retry", "approve"]);
        foreach (var (action, entity) in golden.Acts)
        {
            ((bool?)(await Scripts.DiscoverAsync(entity, Token))[action]!["disabled"]).ShouldBe(false, action);
        }

        // The plugin began the rollback, with the annotation that this action writes.
        ((bool?)(await Scripts.DiscoverAsync(golden.Succeeded, Token))["rollback"]!["disabled"]).ShouldBe(false);
        ((string?)(await Scripts.ActAsync(
            golden.Succeeded, "rollback",
            cancellationToken: Token))["metadata"]!["annotations"]!["drydock.dev/rollback"]).ShouldNotBeNullOrEmpty();
        golden.States.ShouldContain(
            s => s.Phase() == "RollingBack" && s["metadata"]!["annotations"]!["drydock.dev/rollback"] != null);
        ((bool?)(await Scripts.DiscoverAsync(golden.States[^1], Token))["rollback"]!["disabled"]).ShouldBe(true);
    }

    [Fact]
    public async Task Health_is_right_in_every_state_of_the_run()
    {
        var golden = await fixture.RecordingAsync();
        var script = await File.ReadAllTextAsync(Path.Combine(Scripts.Folder, "health.lua"), Token);
        var answers = await ArgoScripts.RunAsync(
            golden.States.Select(state => (script, state, (IReadOnlyDictionary<string, string>?)null, 0L)), Token);

        var health = golden.States.Zip(
            answers, (state, answer) => (State: state, Health: (string?)answer!["value"]?["status"])).ToList();
        health.Select(x => x.Health).Distinct()
            .ShouldBe(["Progressing", "Suspended", "Degraded", "Healthy"], ignoreOrder: true);
        var seen = health.Where(
            x => (long?)x.State["status"]?["observedGeneration"] == (long?)x.State["metadata"]!["generation"]).ToList();
        seen.Where(x => x.State.IsStalled() != (x.Health == "Degraded")).Select(x => x.State.Message()).ShouldBeEmpty();
        seen.Where(x => !x.State.IsStalled() && x.State.IsHeld() && x.Health != "Suspended")
            .Select(x => x.State.Message()).ShouldBeEmpty();
        seen.Where(x => (x.State.Condition("Ready") == "True") != (x.Health == "Healthy"))
            .Select(x => x.State.Message()).ShouldBeEmpty();
        KStatus.Of(golden.Succeeded).ShouldBe(KStatus.Current);
        var last = golden.States.Last(s => s.IsOver("RolledBack"));
        KStatus.Of(last).ShouldBe(KStatus.Current);
    }
}
