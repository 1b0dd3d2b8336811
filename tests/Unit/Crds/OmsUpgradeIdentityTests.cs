using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Crds;

public sealed class OmsUpgradeIdentityTests
{
    private static readonly OmsUpgradeSpec Spec = new()
    {
        FromVersion = "3.2.2",
        ToVersion = "4.2.2",
        Image = "oms:4.2.2",
        CurrentContainer = "oms_322",
        NewContainer = "oms_422",
        Regions = [new OmsRegion { Nodes = [Node("oms-a", "192.0.2.216"), Node("oms-b", "192.0.2.217")] }],
    };

    public static TheoryData<string, Func<OmsUpgradeSpec, OmsUpgradeSpec>> OtherWork => new()
    {
        { "toVersion", spec => spec with { ToVersion = "4.2.3" } },
        { "fromVersion", spec => spec with { FromVersion = "3.2.1" } },
        { "image", spec => spec with { Image = "oms:4.2.3" } },
        { "imageArchive", spec => spec with { ImageArchive = new() { Path = "a.tar" } } },
        { "currentContainer", spec => spec with { CurrentContainer = "oms" } },
        { "newContainer", spec => spec with { NewContainer = "oms" } },
        { "region", spec => spec with { Regions = [spec.Regions[0] with { Name = "cn-hangzhou" }] } },
        { "node name", spec => WithNode(spec, node => node with { Name = "oms-c" }) },
        { "hostIP", spec => WithNode(spec, node => node with { HostIP = "192.0.2.1" }) },
        { "node image", spec => WithNode(spec, node => node with { Image = "x" }) },
        { "fewer nodes", spec => spec with { Regions = [spec.Regions[0] with { Nodes = [spec.Regions[0].Nodes[0]] }] } },
        { "order of nodes", spec => spec with { Regions = [spec.Regions[0] with { Nodes = [.. spec.Regions[0].Nodes.AsEnumerable().Reverse()] }] } },
        { "highAvailability", spec => spec with { HighAvailability = new() { Method = HighAvailabilityMethod.Manual } } },
        { "correction", spec => spec with { Correction = new() { RunOn = CorrectionScope.EveryNode } } },
        { "backup", spec => spec with { Backup = new() { TrimHeartbeatSequence = false } } },
    };

    public static TheoryData<string, Func<OmsUpgradeSpec, OmsUpgradeSpec>> SameWork => new()
    {
        { "mode", spec => spec with { Mode = RunMode.Plan } },
        { "approvedPlanHash", spec => spec with { ApprovedPlanHash = "sha256:x" } },
        { "paused", spec => spec with { Paused = true } },
        { "holdBefore", spec => spec with { HoldBefore = ["StopOld"] } },
        { "retry", spec => spec with { Retry = "1" } },
        { "metadataDatabase", spec => spec with { MetadataDatabase = new() { Host = "192.0.2.9" } } },
        { "preflight", spec => spec with { Preflight = new() { Acknowledge = [Acknowledgement.NoForwardSwitchover] } } },
        { "timeouts", spec => spec with { Timeouts = new() { Backup = "1h" } } },
        { "docker", spec => WithNode(spec, node => node with { Docker = new() { Endpoint = "tcp://192.0.2.216:2375", Insecure = true } }) },
    };

    [Theory]
    [MemberData(nameof(OtherWork))]
    public void Other_work_has_another_fingerprint(string what, Func<OmsUpgradeSpec, OmsUpgradeSpec> change) =>
        OmsUpgradeIdentity.Fingerprint(change(Spec)).ShouldNotBe(OmsUpgradeIdentity.Fingerprint(Spec), what);

    [Theory]
    [MemberData(nameof(SameWork))]
    public void Access_and_control_do_not_change_the_fingerprint(string what, Func<OmsUpgradeSpec, OmsUpgradeSpec> change) =>
        OmsUpgradeIdentity.Fingerprint(change(Spec)).ShouldBe(OmsUpgradeIdentity.Fingerprint(Spec), what);

    [Fact]
    public void It_fits_its_field_in_status() => OmsUpgradeIdentity.Fingerprint(Spec).ShouldMatch(Patterns.Sha256);

    private static OmsNode Node(string name, string address) =>
        new() { Name = name, HostIP = address, Docker = new() { Endpoint = $"tcp://{address}:2376", TlsSecretRef = new() { Name = "docker-tls" } } };

    private static OmsUpgradeSpec WithNode(OmsUpgradeSpec spec, Func<OmsNode, OmsNode> change) =>
        spec with { Regions = [spec.Regions[0] with { Nodes = [change(spec.Regions[0].Nodes[0]), spec.Regions[0].Nodes[1]] }] };
}
