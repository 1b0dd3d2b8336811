using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>The programs of the package are run on every host before anything is stopped.</summary>
public sealed class PackageProofTests
{
    [Theory]
    [InlineData(
        "10.0.0.2 yb-master", 0, "version 2.20.7.1 build 3 revision x", Reasons.VersionMismatch,
        "reports 2.20.7.1-b3, expected 2.20.7.0-b58")]
    [InlineData(
        "10.0.0.3 yb-tserver", 127, "error while loading shared libraries: libyb_util.so", Reasons.PackageCorrupt,
        "libyb_util.so")]
    [InlineData(
        "10.0.0.1 postgres", 0, "postgres (PostgreSQL) 11.2-YB-2.20.6.0-b1", Reasons.VersionMismatch,
        "reports 2.20.6.0, expected 2.20.7.0-b58")]
    [InlineData("10.0.0.1 postgres", 1, "", Reasons.PackageCorrupt, "it printed nothing")]
    [InlineData("10.0.0.1 yb-master", 0, "Usage: something else", Reasons.VersionMismatch, "printed no version")]
    public void Unfit_program_on_one_host_fails_before_first_stop(
        string where, int code, string said, string reason, string message)
    {
        var world = new YugaWorld();
        world.VersionAnswers[where] = new RemoteResult(code, code == 0 ? said : "", code == 0 ? "" : said);
        var run = YugaRun.Of(world).ToEnd();

        var host = where.Split(' ')[0];
        (run.Outcome.State, run.Outcome.StepId, run.Outcome.Reason)
            .ShouldBe((RunState.Failed, $"PreparePackage/{host}", reason));
        run.Outcome.Message!.ShouldSatisfyAllConditions(m => m.ShouldContain(host), m => m.ShouldContain(message));
        run.Outcome.Message.ShouldBeWorded();
        world.Acts.ShouldNotContain(a => a.StartsWith("stop", StringComparison.Ordinal));

        world.VersionAnswers.Clear();
        run.Retry = true;
        run.Wake();
        run.Until(() => run.Outcome.State == RunState.Succeeded, "the retry goes on");
    }

    [Theory]
    [InlineData("""{"version_number":"2.20.6.0","build_number":"1"}""", true)]
    [InlineData("""{"version_number":"2.20.7.0","build_number":"58"}""", false)]
    [InlineData("""{"version_number":"2.20.7.0"}""", false)]
    [InlineData("no JSON", false)]
    public void Metadata_of_package_must_name_target_version(string metadata, bool fails)
    {
        var world = new YugaWorld();
        world.Texts[$"{YugaWorld.NewDirectory}/version_metadata.json"] = metadata;
        YugaRun.Of(world).ToEnd().Outcome.State.ShouldBe(fails ? RunState.Failed : RunState.Succeeded);
    }

    [Fact]
    public void PostgreSQL_is_not_run_without_YSQL()
    {
        var world = new YugaWorld(new YugaSetup { Sql = false });
        world.VersionAnswers["10.0.0.1 postgres"] = new RemoteResult(1, "", "broken");
        YugaRun.Of(world).ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void Program_of_BMDB_that_prints_no_version_is_accepted()
    {
        var world = new YugaWorld(new YugaSetup { Engine = DatabaseEngine.BMDB });
        world.VersionAnswers["10.0.0.1 mserver"] = new RemoteResult(0, "BMDB master", "");
        YugaRun.Of(world).ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Theory]
    [InlineData(null, "bin/post_install.sh", true)]
    [InlineData("bin/post_install.sh", "bin/post_install.sh", false)]
    [InlineData("bin/own.sh", "bin/own.sh", false)]
    [InlineData("", null, false)]
    public void Vendor_script_is_run_by_default(string? given, string? program, bool isOptional)
    {
        var world = new YugaWorld();
        world.Spec = world.Spec with { Package = world.Spec.Package with { PostInstall = given } };
        var request = PackageRequests.For(world.Spec, "10.0.0.1", "10.0.0.1");
        (request.PostInstall?.Program, request.PostInstall?.IsOptional ?? false).ShouldBe((program, isOptional));
        (request.PostInstall?.Mark).ShouldBe(program == "bin/post_install.sh" ? ".post_install.sh.completed" : null);
    }
}
