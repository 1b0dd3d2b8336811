using System.Collections.Immutable;

namespace Drydock.Tests.Unit.Databases;

/// <summary>The Secrets of a database are changed under a running step of every phase of the real plans.</summary>
public sealed class SecretRotationTests
{
    private const string Used = "ssh-privatekey";

    [Theory]
    [InlineData("TiDB")]
    [InlineData("YugabyteDB")]
    public async Task Secret_rotation_in_every_phase_runs_every_step_once(string engine)
    {
        var world = await WorldAsync(engine);
        var phases = new HashSet<string>(StringComparer.Ordinal);
        var rotations = 0;
        world.RunUntil(
            () =>
            {
                rotations += Touch(world, world.Status.Plan, phases, Used) ? 1 : 0;
                return world.IsOver;
            },
            "the end",
            TimeSpan.FromDays(2));

        phases.ShouldBe(
            world.Status.Plan!.Steps.Select(s => s.Phase).Distinct(StringComparer.Ordinal), ignoreOrder: true);
        world.Truth.UsedTooLate.ShouldBeEmpty();
        world.Truth.Counts.Values.ShouldAllBe(count => count == 1);
        world.Status.Plan.Steps.ShouldAllBe(s => s.Attempt <= 1 && s.Record.Tries <= 1);
        world.Truth.Bound.ShouldBe(rotations + 1);
        world.Truth.Disposed.ShouldBe(world.Truth.Bound);
    }

    [Theory]
    [InlineData("TiDB")]
    [InlineData("YugabyteDB")]
    public async Task Unrelated_secret_edit_in_every_phase_keeps_connections(string engine)
    {
        var world = await WorldAsync(engine);
        var phases = new HashSet<string>(StringComparer.Ordinal);
        world.RunUntil(
            () =>
            {
                Touch(world, world.Status.Plan, phases, used: null);
                return world.IsOver;
            },
            "the end",
            TimeSpan.FromDays(2));
        phases.Count.ShouldBeGreaterThan(3);
        (world.Truth.Bound, world.Truth.Disposed).ShouldBe((1, 1));
        world.Truth.Counts.Values.ShouldAllBe(count => count == 1);
    }

    [Fact]
    public async Task Former_targets_are_disposed_after_last_step_that_uses_them()
    {
        var world = await WorldAsync("TiDB");
        world.RunUntil(() => Running(world.Status.Plan).Count > 0, "a step runs", TimeSpan.FromDays(1));
        var step = Running(world.Status.Plan).First().Id;
        Rotate(world, Used, "another");
        world.RunUntil(() => world.Truth.Bound == 2, "other targets");
        world.Truth.Disposed.ShouldBe(0, "the step under way holds them");
        world.RunUntil(
            () => world.Status.Plan!.Steps.Single(s => s.Id == step).State == StepState.Succeeded, "the step ends");
        world.RunUntil(() => world.Truth.Disposed == 1, "they are let go");
        world.RunUntil(() => world.IsOver, "the end", TimeSpan.FromDays(2));
    }

    private static async Task<DatabaseRunWorld> WorldAsync(string engine)
    {
        var world = engine == "TiDB" ? new DatabaseRunWorld() : new DatabaseRunWorld(new YugaWorld(new YugaSetup()));
        await world.Api.CreateAsync(new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = "ssh", Namespace = "db" },
            Data = OmsWorld.Bytes((Used, "key"), ("known_hosts", "hosts")),
        });
        return world.Apply();
    }

    private static ImmutableList<Step> Running(PlanProgress? plan) =>
        (plan?.Steps ?? []).FindAll(s => s.State == StepState.Running);

    // Phases that begin at the same moment are one rotation.
    private static bool Touch(DatabaseRunWorld world, PlanProgress? plan, HashSet<string> phases, string? used)
    {
        if (Running(plan).FindAll(s => phases.Add(s.Phase)) is not [.., var step])
        {
            return false;
        }

        Rotate(world, used ?? "notes.txt", step.Phase);
        return true;
    }

    private static void Rotate(DatabaseRunWorld world, string key, string value)
    {
        var get = world.Api.GetAsync<V1Secret>("ssh", "db");
        var secret = get.GetAwaiter().GetResult()!;
        var data = new Dictionary<string, byte[]>(secret.Data!, StringComparer.Ordinal)
        {
            [key] = System.Text.Encoding.UTF8.GetBytes(value)
        };
        var labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = value.Replace('/', '-') };
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["example.com/refreshed"] = value };
        world.Api.UpdateAsync(
            secret with { Data = data, Metadata = secret.Metadata with { Labels = labels, Annotations = annotations } })
            .GetAwaiter().GetResult();
        world.Wake("db", "up");
    }
}
