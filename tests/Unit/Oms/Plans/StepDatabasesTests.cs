namespace Drydock.Tests.Unit.Oms;

/// <summary>A restore by hand must not touch databases of an upgrade; it reads them from the stored plan.</summary>
public class StepDatabasesTests
{
    [Fact]
    public void Stored_upgrade_names_the_databases_it_works_on()
    {
        var spec = new OmsWorld().Spec();
        var discovery = DiscoveryOf.Of(spec, (UpgradePath.Allowed)DiscoveryOf.Path(spec));

        var plan = new OmsUpgradePlanner(spec, discovery).Compile();

        plan.Steps.SelectMany(StepArguments.DatabasesOf).Distinct().ShouldBe(["oms_rm", "oms_cm", "cm_hb"]);
    }
}
