using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>Units of PD get the names that tidb-ansible of 3.0 uses, without a restart.</summary>
public sealed class PdUnitTests
{
    private const string Step = "Verify/pd-units";

    [Fact]
    public void Units_with_another_name_get_a_second_one_after_the_checks()
    {
        var world = World();
        world.RunToSuccess();

        world.Done.Where(d => d.StartsWith("alias ", StringComparison.Ordinal)).ShouldBe(
            [
                "alias 192.0.2.1:pd-2379.service of pd-1.service", "alias 192.0.2.2:pd-2379.service of pd-2.service",
                "alias 192.0.2.3:pd-2379.service of pd-3.service"
            ]);
        world.Done.Count(d => d.StartsWith("start pd-", StringComparison.Ordinal)).ShouldBe(3);
        world.Step(Step).After.ShouldContain("Verify/cluster");
    }

    [Fact]
    public void Operator_that_dies_between_units_gives_no_name_twice()
    {
        var world = World();
        var died = false;
        world.Fates = point =>
        {
            var dies = !died && point.What == "alias 192.0.2.2:pd-2379.service";
            died |= dies;
            return dies ? Fate.DieAfter : Fate.Live;
        };
        world.RunToSuccess();

        died.ShouldBeTrue();
        world.Done.Count(d => d.StartsWith("alias ", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public void Refused_name_fails_a_step_that_can_be_accepted()
    {
        var world = World();
        world.AliasRefusal = "/etc/systemd/system/pd-2379.service exists and is no link";
        world.RunToStall();

        var step = world.Step(Step);
        (step.State, step.Acceptable).ShouldBe((StepState.Failed, true));
        step.Message.ShouldBeWorded();
    }

    [Fact]
    public void Unit_of_a_PD_that_left_gets_no_name()
    {
        var world = World();
        world.RunUntil(
            () => world.Step("UpgradeTiDB/tidb-2/verify").State == StepState.Succeeded, "the checks are next");
        world.Leave("pd-3");
        world.RunToSuccess();

        world.Done.Where(d => d.StartsWith("alias ", StringComparison.Ordinal)).ShouldBe(
            ["alias 192.0.2.1:pd-2379.service of pd-1.service", "alias 192.0.2.2:pd-2379.service of pd-2.service"]);
    }

    [Fact]
    public void Plan_without_the_setting_has_no_such_step() =>
        new TiDbWorld().Begin().Stored!.Steps.ShouldNotContain(s => s.Id == Step);

    private static TiDbWorld World() =>
        new TiDbWorld(new TiDbWorldSetup { Spec = s => s with { Tidb = s.Tidb! with { AliasPdUnits = true } } })
            .Begin();
}
