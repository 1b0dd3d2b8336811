using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Oms;

/// <summary>A ConfigMap teaches releases that the operator was not shipped with.</summary>
public sealed class VersionDataTests
{
    private const string Name = "oms-versions";
    private const string Key = "versions.yaml";

    private const string Release = """
        format: 1
        editions:
          Community:
            releases:
              4.2.12: {from: [4.2.11], source: https://example.com/guide}
            procedures:
              4.2.12: {waitBeforeInit: 45s, source: https://example.com/guide}

        """;

    private static readonly WorldSetup To4212 = new()
    {
        Community = true,
        FromVersion = "4.2.11",
        ToVersion = "4.2.12",
        Nodes = 1,
        NeedsJar = false,
        RealJson = false,
    };

    [Fact]
    public void Taught_release_is_upgraded_to_and_the_plan_says_so()
    {
        var world = Taught(Release);
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Plan.Notes.ShouldContain(n => n.Contains($"ConfigMap {OmsWorld.Namespace}/{Name}, key {Key}, sha256:")
            && n.Contains("adds editions.Community.releases.4.2.12") && n.Contains("https://example.com/guide"));
        world.Plan.Notes.ShouldNotContain(n => n.Contains("NOT LISTED"));
        world.Step("InitMetadata/oms-a/wait").Arguments<WaitBeforeInit.Args>().For.ShouldBe("45s");
    }

    [Fact]
    public void Content_is_part_of_the_plan_hash()
    {
        static string Hash(string text)
        {
            var world = Taught(text, s => s with { Mode = RunMode.Plan });
            world.RunUntil(() => world.Is("Planned"), "planned");
            return world.Plan.Hash;
        }

        Hash(Release).ShouldBe(Hash(Release));
        Hash(Release + "# reviewed\n").ShouldNotBe(Hash(Release));
    }

    [Fact]
    public void Stored_plan_does_not_depend_on_the_ConfigMap_any_more()
    {
        var world = Taught(Release);
        world.RunUntil(() => world.Status.Plan is not null, "planned");
        world.Api.Delete<V1ConfigMap>(OmsWorld.Namespace, Name);
        world.RunToSuccess();
    }

    [Theory]
    [InlineData(null, "does not exist")]
    [InlineData("", "has no key versions.yaml; it has other")]
    [InlineData("format: 1\neditions:\n  Community:\n    releases:\n      4.2.12: {from: [4.2], source: x}\n", "editions.Community.releases.4.2.12.from[0] is '4.2'; expected a list of releases")]
    [InlineData("format: 1\neditions: {", "is not valid YAML")]
    public void Unusable_ConfigMap_is_a_finding_and_its_repair_goes_on(string? text, string says)
    {
        var world = new OmsWorld(To4212);
        if (text is not null)
        {
            Create(world, text.Length == 0 ? "other" : Key, text);
        }

        world.Apply(Refers);
        world.RunToStall();
        world.ReasonOf("Stalled").ShouldBe(Reasons.VersionDataInvalid);
        world.Status.Message.ShouldNotBeNull().ShouldContain(says);
        world.Status.Message.ShouldContain("The version path was not checked.");
        world.Done.ShouldBeEmpty();

        if (text is not null)
        {
            world.Api.Delete<V1ConfigMap>(OmsWorld.Namespace, Name);
        }

        Create(world, Key, Release);
        world.RunToSuccess();
    }

    [Fact]
    public void Image_that_initializes_itself_is_awaited_by_its_log()
    {
        var world = new OmsWorld(To4212 with { Nodes = 2, ImageInitTakes = TimeSpan.FromSeconds(90) });
        world.NewImageContent.Files.Remove("/root/docker_init.sh");
        Create(world, Key, Release.Replace("waitBeforeInit: 45s", "init: Image, successMarker: OMS service start successfully", StringComparison.Ordinal));
        world.Apply(Refers);
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Plan.Steps.ShouldNotContain(s => s.Is<RunDockerInit>());
        world.Plan.Steps.Count(s => s.Is<AwaitImageInit>()).ShouldBe(2);
        world.Plan.Notes.ShouldContain(n => n.Contains("OMS service start successfully"));
        world.Done.Last(a => a.What == "init").At.ShouldBeLessThan(world.Done.First(a => a.What.StartsWith("policy always", StringComparison.Ordinal)).At);
    }

    [Fact]
    public void Image_that_ends_before_it_is_initialized_stops_the_upgrade()
    {
        var world = new OmsWorld(To4212 with { ImageInitTakes = TimeSpan.FromSeconds(90) });
        Create(world, Key, Release.Replace("waitBeforeInit: 45s", "init: Image, successMarker: OMS service start successfully", StringComparison.Ordinal));
        world.Apply(Refers);
        world.RunUntil(() => world.Status.Plan?.Step("InitMetadata/oms-a/image")?.State == Drydock.Abstractions.Plans.StepState.Running, "it waits");
        world.New("oms-a")!.Stop(137);
        world.RunToStall();

        world.ReasonOf("Failed").ShouldBe(Reasons.ComponentsUnhealthy);
        world.Status.Message.ShouldNotBeNull().ShouldContain("exit code 137");
        world.Step("InitMetadata/oms-a/image").Acceptable.ShouldBeFalse();
    }

    [Fact]
    public void Image_that_prints_another_line_can_be_accepted_after_its_time()
    {
        var world = new OmsWorld(To4212 with { ImageInitTakes = TimeSpan.FromSeconds(90) });
        Create(world, Key, Release.Replace("waitBeforeInit: 45s", "init: Image, successMarker: a line that it never prints", StringComparison.Ordinal));
        world.Apply(Refers);
        world.RunUntil(() => world.Is("Failed"), "overdue");
        world.ReasonOf("Failed").ShouldBe(Reasons.StepTimeout);

        world.Annotate(Annotations.Accept, $"InitMetadata/oms-a/image@{world.Plan.Hash[7..15]}");
        world.RunToSuccess();
        world.Step("InitMetadata/oms-a/image").Accepted.ShouldNotBeNull();
    }

    private static OmsWorld Taught(string text, Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null)
    {
        var world = new OmsWorld(To4212);
        Create(world, Key, text);
        return world.Apply(s => change is null ? Refers(s) : change(Refers(s)));
    }

    private static OmsUpgradeSpec Refers(OmsUpgradeSpec spec) =>
        spec with { VersionsConfigMapRef = new ConfigMapKeyReference { Name = Name, Key = Key } };

    private static void Create(OmsWorld world, string key, string text) => world.Api.Create(new V1ConfigMap
    {
        Metadata = new V1ObjectMeta { Name = Name, Namespace = OmsWorld.Namespace },
        Data = new Dictionary<string, string>(StringComparer.Ordinal) { [key] = text },
    });
}
