using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>How processes are started is saved before any of them is stopped.</summary>
public sealed class SavedConfigurationTests
{
    [Fact]
    public void Saved_configuration_has_command_line_flag_files_and_unit()
    {
        var world = new YugaWorld();
        world.Texts["/home/yugabyte/conf/server.conf"] = "--enable_ysql=true\n";
        world.Texts["/etc/systemd/system/yb.service"] = "[Service]\nExecStart=/home/yugabyte/tserver/bin/yb-tserver\n";
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "PreparePackage/save-configuration").State == StepState.Succeeded,
            "it is saved");

        world.Acts.ShouldNotContain(a => a.StartsWith("stop", StringComparison.Ordinal));
        var status = YugabyteStatus.Compose(new DatabaseRollingUpgradeStatus { Plan = run.Plan }, world.Spec);
        var secret = world.Objects.Find<V1Secret>(null, status.ConfigurationRef!.Name)!;
        secret.Data!.Keys.Order(StringComparer.Ordinal).ShouldBe(world.Servers.Select(s => $"{s.Name}.txt")
            .Concat(["leader-moves.txt", "replication.txt"]).Order(StringComparer.Ordinal));
        var text = Encoding.UTF8.GetString(secret.Data["t1.txt"]);
        text.ShouldContain("--flagfile=conf/server.conf\n");
        text.ShouldContain("##### /home/yugabyte/conf/server.conf\n--enable_ysql=true\n");
        text.ShouldContain("##### /etc/systemd/system/yb.service\n[Service]\n");
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Theory]
    [InlineData("--flagfile=/a.conf", "/a.conf")]
    [InlineData("-flagfile=/a.conf,b.conf", "/a.conf b.conf")]
    [InlineData("--flagfile /a.conf --other=1", "/a.conf")]
    [InlineData("--noflagfile=/a.conf flagfile", "")]
    public void Flag_files_are_found_in_the_command_line(string arguments, string files) =>
        ServerConfiguration.FlagFiles(arguments.Split(' '))
            .ShouldBe(files.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
