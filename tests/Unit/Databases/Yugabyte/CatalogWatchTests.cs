namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>A catalogue upgrade whose end was not seen is watched to its end before it is run again.</summary>
public sealed class CatalogWatchTests
{
    [Fact]
    public void Tool_has_the_time_of_finalize()
    {
        var world = new YugaWorld();
        world.Spec = world.Spec with { Timeouts = world.Spec.Timeouts with { Finalize = "45m" } };
        YugaRun.Of(world).ToEnd();
        world.CatalogTimeouts.ShouldBe(["2700000"]);
    }

    [Fact]
    public void Timed_out_catalog_upgrade_is_watched_to_its_end()
    {
        var world = new YugaWorld { MigrationGoesOn = TimeSpan.FromMinutes(20) };
        YugaRun.Of(world).ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
        world.Acts.Count(a => a == "upgrade_ysql").ShouldBe(2);
        world.CatalogIsUpgraded.ShouldBeTrue();
    }

    [Fact]
    public void Operator_killed_during_catalog_upgrade_starts_no_second_one()
    {
        var world = new YugaWorld { MigrationGoesOn = TimeSpan.FromMinutes(20) };
        var killed = false;
        var run = YugaRun.Of(world, (_, what) =>
            what == "upgrade_ysql" && !killed && (killed = true) ? YugaFate.DieAfter : YugaFate.Live).ToEnd();
        killed.ShouldBeTrue();
        run.Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Catalog_upgrade_is_not_run_again_while_its_end_cannot_be_seen()
    {
        var world = new YugaWorld { MigrationGoesOn = TimeSpan.FromMinutes(20) };
        var killed = false;
        var run = YugaRun.Of(world, (_, what) =>
            what == "upgrade_ysql" && !killed && (killed = true) ? YugaFate.DieAfter : YugaFate.Live);
        run.Until(() => killed, "the operator is killed");
        world.ToolAnswers["ysql_catalog_version"] = (1, "Timed out: no leader");
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeCatalog/upgrade").Message
                ?.Contains("A tablet server may still upgrade the catalogue", StringComparison.Ordinal) == true,
            "it waits");
        world.Acts.Count(a => a == "upgrade_ysql").ShouldBe(1);

        world.ToolAnswers.Remove("ysql_catalog_version");
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Catalog_upgrade_of_an_administrator_on_any_host_is_waited_for()
    {
        var world = new YugaWorld();
        var host = world.Servers[^1].Host;
        world.CatalogUpgradesByHand.Add(host);
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeCatalog/upgrade").Message
                ?.Contains($"runs on {host}", StringComparison.Ordinal) == true,
            "it is named");
        world.Acts.ShouldNotContain("upgrade_ysql");

        world.CatalogUpgradesByHand.Clear();
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.Acts.Count(a => a == "upgrade_ysql").ShouldBe(1);
    }

    [Fact]
    public void Timed_out_catalog_upgrade_that_cannot_be_watched_fails_with_instructions()
    {
        var world = new YugaWorld { MigrationGoesOn = TimeSpan.FromMinutes(20) };
        world.ToolAnswers["ysql_catalog_version"] = (1, "Invalid operation: ysql_catalog_version");
        var run = YugaRun.Of(world).ToEnd();
        (run.Outcome.State, run.Outcome.StepId, run.Outcome.Reason)
            .ShouldBe((RunState.Failed, "UpgradeCatalog/upgrade", Reasons.AdminToolFailed));
        run.Outcome.Message!.ShouldContain("pg_stat_activity");
        world.Acts.Count(a => a == "upgrade_ysql").ShouldBe(1);
    }
}
