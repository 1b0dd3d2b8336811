using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>What is seen of a spec on a TiDB in memory.</summary>
internal static class TiDbLooks
{
    /// <summary>Preflight and plan on a cluster that is as the spec says.</summary>
    public static Task<string> FittingAsync(DatabaseRollingUpgradeSpec spec) =>
        PlanAsync(new TiDbWorld(new TiDbWorldSetup { Spec = _ => spec }));

    /// <summary>Preflight and plan on the usual cluster, whatever the spec says.</summary>
    public static Task<string> UsualAsync(DatabaseRollingUpgradeSpec spec)
    {
        var world = new TiDbWorld();
        world.Upgrade = world.Upgrade with { Spec = spec };
        return PlanAsync(world);
    }

    /// <summary>The plan alone: preflight would have age try the recipients, and that is no matter of memory.</summary>
    public static Task<string> CompiledAsync(DatabaseRollingUpgradeSpec spec) =>
        Task.FromResult(Rolls.Text(
            PlanProgress.Of(new TiDbProcedure(spec, new TiDbWorld().Preflight().Discovery!).Compile()), []));

    /// <summary>The backup that the run has made.</summary>
    public static Task<string> BackupAsync(DatabaseRollingUpgradeSpec spec)
    {
        var world = new TiDbWorld(new TiDbWorldSetup { Spec = _ => spec }).Begin();
        world.RunUntil(() => world.Objects.All<BackupSnapshot>().Any(), "the backup is asked for");
        return Task.FromResult(
            JsonSerializer.Serialize(world.Objects.All<BackupSnapshot>().Single().Spec, Rolls.Options));
    }

    /// <summary>How its SQL port is connected to.</summary>
    public static Task<string> ConnectionAsync(DatabaseRollingUpgradeSpec spec)
    {
        var login = new SqlLogin("root", "not-a-password");
        var sql = new TiDbSql(() => SecretsBench.Upgrade(spec), new DatabaseSecrets { Sql = login });
        return Task.FromResult(SqlText.Of(sql.Options(new ServiceAddress("one", 4000), login)));
    }

    /// <summary>How long the whole run takes, with what was done.</summary>
    public static Task<string> RunAsync(DatabaseRollingUpgradeSpec spec, Action<TiDbWorld>? prepare = null)
    {
        var world = new TiDbWorld(new TiDbWorldSetup { Spec = _ => spec }).Begin();
        prepare?.Invoke(world);
        var began = world.Now;
        world.RunUntil(
            () => world.Life.Outcome?.State is RunState.Succeeded or RunState.Failed, "an end", TimeSpan.FromDays(9));
        return Task.FromResult(string.Join('\n', [
            $"{world.Now - began} {world.Life.Outcome!.State}", .. world.Done,
            .. world.Stored!.Steps.Select(step => $"{step.Id} {step.State} {step.Message}")]));
    }

    private static Task<string> PlanAsync(TiDbWorld world)
    {
        var result = world.Preflight();
        return Task.FromResult(Rolls.Text(
            result.Discovery is { } discovery
                ? PlanProgress.Of(new TiDbProcedure(world.Upgrade.Spec, discovery).Compile())
                : null,
            result.Findings));
    }
}
