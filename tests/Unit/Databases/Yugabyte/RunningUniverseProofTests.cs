using System.Diagnostics;
using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>The package is proved against the running universe before anything is stopped.</summary>
public sealed class RunningUniverseProofTests
{
    private const string Flags =
        """{"auto_flags":[{"program":"yb-master","flags":[{"name":"known_flag","class":1}]}]}""";

    [Theory]
    [InlineData("bin/auto_flags.json")]
    [InlineData("share/auto_flags.json")]
    public void Package_that_lacks_a_promoted_flag_stops_nothing(string file)
    {
        var world = new YugaWorld(new YugaSetup());
        world.Texts.Clear();
        world.Texts[$"{YugaWorld.NewDirectory}/{file}"] = Flags;
        world.KeptFlags.AddRange(["known_flag", "later_flag"]);
        Fails(
            world, "PreparePackage/prove-admin-tool",
            "do not know 1 AutoFlag that the universe has promoted: yb-master/later_flag. They would end at start");
    }

    [Fact]
    public void Package_without_its_list_of_flags_stops_nothing()
    {
        var world = new YugaWorld(new YugaSetup());
        world.Texts.Clear();
        world.KeptFlags.Add("known_flag");
        var step = Fails(
            world, "PreparePackage/prove-admin-tool",
            $"spec.package.directory {YugaWorld.NewDirectory} on 10.0.0.1 has none of bin/auto_flags.json, "
            + "share/auto_flags.json, auto_flags.json");
        (step.Reason, step.Acceptable, step.Recorded(ProveAdminTool.FlagsFact))
            .ShouldBe((Reasons.PackageMissing, true, "1"));
        step.Message.ShouldBeWorded();
    }

    [Fact]
    public void Package_that_lacks_a_migration_of_the_catalogue_stops_nothing()
    {
        var world = new YugaWorld(new YugaSetup());
        world.Migrations[YugaWorld.OldDirectory] = ["V59.1__26645__enum.sql", "V41__other.sql"];
        world.Migrations[YugaWorld.NewDirectory] = ["V62__other.sql"];
        Fails(
            world, "PreparePackage/check-extensions", $"{YugaWorld.NewDirectory} lacks 1 migration of the SQL "
                + $"catalogue that {YugaWorld.OldDirectory} on 10.0.0.1 has: 26645__enum.sql.");
    }

    [Fact]
    public async Task Migrations_are_found_in_a_package_and_behind_a_link()
    {
        var root = Directory.CreateTempSubdirectory("drydock-migrations-").FullName;
        try
        {
            var package = Path.Combine(root, "yugabyte-1");
            var folder = Directory.CreateDirectory(Path.Combine(package, "share", "ysql_migrations")).FullName;
            await File.WriteAllTextAsync(
                Path.Combine(folder, "V1__3979__init.sql"), "", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder, "README"), "", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(
                Path.Combine(package, "share", "V2__no.sql"), "", TestContext.Current.CancellationToken);
            var link = File.CreateSymbolicLink(Path.Combine(root, "current"), package).FullName;
            foreach (var directory in new[] { package, link })
            {
                var command = CatalogMigrations.Listing(directory).Arguments;
                using var find = Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
                {
                    RedirectStandardOutput = true,
                    UseShellExecute = false
                })!;
                (await find.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim()
                    .ShouldEndWith("/share/ysql_migrations/V1__3979__init.sql");
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void Package_that_knows_all_of_it_is_rolled_out()
    {
        var world = new YugaWorld(new YugaSetup());
        world.Texts[$"{YugaWorld.NewDirectory}/bin/auto_flags.json"] = Flags;
        world.KeptFlags.Add("known_flag");
        world.Migrations[YugaWorld.OldDirectory] = ["V59.1__26645__enum.sql"];
        world.Migrations[YugaWorld.NewDirectory] = ["V62__26645__enum.sql", "V63__more.sql"];
        YugaRun.Of(world).ToEnd().Store.Outcome!.State.ShouldBe(RunState.Succeeded);
    }

    [Theory]
    [InlineData("true", false, "false on tablet servers")]
    [InlineData("false", true, "true on tablet servers")]
    public async Task Different_values_of_enable_ysql_are_a_finding(string masters, bool servers, string message)
    {
        var world = new YugaWorld(new YugaSetup { Sql = servers });
        world.MasterSql = masters;
        var finding = (await RunAsync(world)).ShouldHaveSingleItem();
        (finding.Reason, finding.Acknowledge)
            .ShouldBe((Reasons.VersionPathUnsupported, "VersionPathUnsupported/enable_ysql"));
        finding.Message.ShouldContain(message);
    }

    [Fact]
    public async Task PostgreSQL_15_is_refused_if_only_masters_have_SQL()
    {
        var world = new YugaWorld(new YugaSetup { From = "2024.2.3.0-b1", To = "2025.1.0.0-b1", Sql = false });
        world.MasterSql = "true";
        (await RunAsync(world))
            .ShouldContain(f => f.Message.Contains("PostgreSQL changes from 11 to 15", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Question_of_the_table_is_acknowledged_by_its_key()
    {
        var world = new YugaWorld(new YugaSetup { From = "2.20.3.0-b8", To = "2024.1.3.0-b5" });
        (await RunAsync(world)).ShouldHaveSingleItem().Acknowledge.ShouldBe("VersionPathUnsupported/TA-22057");
        world.Spec = world.Spec with
        {
            Preflight = world.Spec.Preflight with { Acknowledge = ["VersionPathUnsupported/TA-22057"] }
        };
        (await RunAsync(world)).ShouldBeEmpty();
    }

    private static async Task<IReadOnlyList<Finding>> RunAsync(YugaWorld world) =>
        (await new YugabytePreflight(new YugabyteCluster(new YugaLife(world).Context)).RunAsync(default)).Findings;

    private static Step Fails(YugaWorld world, string step, string message)
    {
        var run = YugaRun.Of(world);
        run.Until(() => run.Plan.Steps.Single(s => s.Id == step).State == StepState.Failed, "failed");
        run.Plan.Steps.Single(s => s.Id == step).Message.ShouldNotBeNull().ShouldContain(message);
        world.Acts.ShouldNotContain(act => act.StartsWith("stop", StringComparison.Ordinal));
        return run.Plan.Steps.Single(s => s.Id == step);
    }
}
