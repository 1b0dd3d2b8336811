using static Drydock.Tests.Unit.Fakes.ProjectWorlds;

namespace Drydock.Tests.Unit.Oms;

/// <summary>Upgrades whose nodes are a name and an address.</summary>
public sealed class SpecDockerTests
{
    [Fact]
    public void Nodes_without_docker_are_upgraded_through_spec_docker()
    {
        var world = new OmsWorld().Apply(ForAll);

        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Access_that_moves_to_spec_docker_keeps_plan_and_claim()
    {
        var world = new OmsWorld().Apply();
        world.RunUntil(() => world.Status.Plan is not null, "planned");
        var (hash, claim) = (world.Plan.Hash, world.Status.Target?.Claim);

        world.EditSpec(ForAll);
        world.RunUntil(() => world.Status.Phase == OmsUpgradePhases.Backup, "the old containers are stopped");

        (world.Plan.Hash, world.Status.Target?.Claim).ShouldBe((hash, claim));
        claim.ShouldNotBeNull();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Missing_Secret_of_spec_docker_is_a_finding_with_that_field()
    {
        var world = new OmsWorld().Apply(spec => ForAll(spec) with
        {
            Docker = ForAll(spec).Docker! with { TlsSecretRef = new SecretReference { Name = "none" } }
        });

        world.RunToStall();

        world.Found(Reasons.SecretMissing)
            .ShouldAllBe(finding => finding.Field == "spec.docker" && finding.Message.Contains("Secret none"));
        world.Found(Reasons.SecretMissing).Count().ShouldBe(world.Hosts.Count);
    }

    private static OmsUpgradeSpec ForAll(OmsUpgradeSpec spec) => spec with
    {
        Docker = new DockerAccess
        {
            Endpoint = "tcp://{hostIP}:2376",
            TlsSecretRef = new SecretReference { Name = "docker-tls" }
        },
        Regions = [.. spec.Regions.Select(
            region => region with { Nodes = [.. region.Nodes.Select(node => node with { Docker = null })] })],
    };
}
