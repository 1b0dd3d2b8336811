namespace Drydock.Tests.Unit.Oms;

/// <summary>What a spec and an inventory come to.</summary>
public sealed class SpecCompletionTests
{
    private static readonly OmsInventory Inventory = new()
    {
        HighAvailabilityMethod = HighAvailabilityMethod.Sql,
        Regions =
        [
            new InventoryRegion
            {
                Name = "cn-hangzhou",
                Location = 1,
                Nodes =
                [
                    new InventoryNode
                    {
                        Name = "a",
                        HostIP = "192.0.2.216",
                        CurrentContainer = "oms_322",
                        NewContainer = "oms_422"
                    },
                    new InventoryNode
                    {
                        Name = "192-0-2-217",
                        HostIP = "192.0.2.217",
                        CurrentContainer = "oms_322",
                        NewContainer = "oms_422"
                    },
                ],
            },
        ],
    };

    private static readonly OmsUpgradeSpec Short = new()
    {
        DiscoverFrom = "192.0.2.216",
        Docker = new DockerAccess { Endpoint = "tcp://{hostIP}:2376" },
    };

    private static readonly OmsUpgradeSpec Full = new()
    {
        Edition = OmsEdition.Enterprise,
        FromVersion = "3.2.2",
        CurrentContainer = "old",
        NewContainer = "new",
        HighAvailability = new HighAvailabilitySpec { Method = HighAvailabilityMethod.Manual },
        Regions = [new OmsRegion { Nodes = [new OmsNode { Name = "a", HostIP = "192.0.2.216" }] }],
    };

    [Fact]
    public void Short_spec_gets_everything_from_the_inventory()
    {
        var spec = OmsSpecCompletion.Complete(Short, Inventory);

        spec.HighAvailability.Method.ShouldBe(HighAvailabilityMethod.Sql);
        spec.Regions.Single().Name.ShouldBe("cn-hangzhou");
        spec.Regions.Single().Nodes.Select(n => (n.Name, n.HostIP, n.CurrentContainer, n.NewContainer)).ShouldBe(
        [
            ("a", "192.0.2.216", "oms_322", "oms_422"), ("192-0-2-217", "192.0.2.217", "oms_322", "oms_422"),
        ]);
    }

    [Fact]
    public void What_the_spec_says_is_kept()
    {
        var own = new DockerAccess { Endpoint = "tcp://other:2376" };
        var spec = OmsSpecCompletion.Complete(
            Short with
            {
                NewContainer = "mine",
                HighAvailability =
                    new HighAvailabilitySpec { Method = HighAvailabilityMethod.Manual, RefetchMargin = "7m" },
                Regions = [new OmsRegion
                {
                    Name = "cn-hangzhou",
                    Nodes =
                        [new OmsNode { Name = "a", HostIP = "192.0.2.216", Docker = own, CurrentContainer = "hand" }]
                }],
            },
            Inventory);

        (spec.HighAvailability.Method, spec.HighAvailability.RefetchMargin)
            .ShouldBe((HighAvailabilityMethod.Manual, "7m"));
        spec.Regions.Single().Nodes.Select(n => (n.Name, n.Docker, n.CurrentContainer, n.NewContainer))
            .ShouldBe([("a", own, "hand", "mine"), ("192-0-2-217", null, "oms_322", "mine")]);
    }

    [Fact]
    public void Completed_spec_stays_as_it_is_when_completed_again()
    {
        var once = OmsSpecCompletion.Complete(Short, Inventory);

        Text(OmsSpecCompletion.Complete(once, Inventory)).ShouldBe(Text(once));
    }

    // An inventory of an earlier version of the spec is of no account for one that says everything.
    [Fact]
    public void Full_spec_is_not_changed()
    {
        OmsSpecCompletion.Complete(Full, Inventory).Regions.ShouldBeSameAs(Full.Regions);
        OmsSpecCompletion.Complete(Full, inventory: null).ShouldBeSameAs(Full);
    }

    [Fact]
    public void Spec_is_complete_only_if_it_says_everything()
    {
        OmsSpecCompletion.IsComplete(Full).ShouldBeTrue();
        OmsSpecCompletion.IsComplete(Full with { DiscoverFrom = "192.0.2.216" }).ShouldBeFalse();
        OmsSpecCompletion.IsComplete(Full with { FromVersion = "" }).ShouldBeFalse();
        OmsSpecCompletion.IsComplete(Full with { Edition = null }).ShouldBeFalse();
        OmsSpecCompletion.IsComplete(Full with { CurrentContainer = null }).ShouldBeFalse();
        OmsSpecCompletion.IsComplete(Full with { NewContainer = null }).ShouldBeFalse();
        OmsSpecCompletion.IsComplete(Full with { HighAvailability = new HighAvailabilitySpec() }).ShouldBeFalse();
        OmsSpecCompletion.IsComplete(Full with
        {
            CurrentContainer = null,
            Regions = [new OmsRegion
            {
                Nodes = [new OmsNode { Name = "a", HostIP = "192.0.2.216", CurrentContainer = "old" }]
            }],
        }).ShouldBeTrue();
    }

    // Plans that were stored when Sql was the default keep their hash.
    [Fact]
    public void Omitted_method_hashes_as_Sql()
    {
        var kind = new OmsUpgradeKind(null!);
        string Hash(HighAvailabilityMethod? method) =>
            kind.Form.IdentityHash(Full with { HighAvailability = new HighAvailabilitySpec { Method = method } });

        Hash(null).ShouldBe(Hash(HighAvailabilityMethod.Sql));
        Hash(null).ShouldNotBe(Hash(HighAvailabilityMethod.Manual));
    }

    private static string Text(OmsUpgradeSpec spec) => FieldClasses.Hash(
        spec, Drydock.Crds.Entities.FieldClass.Identity, Drydock.Crds.Entities.FieldClass.Access);
}
