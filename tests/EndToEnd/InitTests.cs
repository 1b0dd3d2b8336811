using System.Text.RegularExpressions;

namespace Drydock.Tests.EndToEnd;

/// <summary>
/// A manifest that <c>kubectl drydock init oms</c> writes from one container comes to a plan on every road: all nodes
/// and regions are found from it.
/// </summary>
[Collection(Lanes.Operator)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class InitTests(StageFixture fixture, ITestOutputHelper output)
{
    private const int Done = 0, Found = 4;

    // What only the owner of the projects can judge; the plan says how.
    private static readonly string[] Judged =
        ["ForwardSwitchoverUnknown", "SyncProjectsWithoutDbType", "CascadedWriters"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Roads => [.. UpgradeRoad.All.Select(road => road.Id)];

    [Theory]
    [MemberData(nameof(Roads))]
    public async Task Manifest_of_one_container_comes_to_a_plan(string road)
    {
        var stage = await fixture.UseAsync(UpgradeRoad.All.Single(r => r.Id == road));
        var space = await stage.NewNamespaceAsync();
        var user = new Plugin(stage.ControlPlane.AdminKubeconfig, space);
        var manifest = new WrittenManifest(Path.Combine(stage.Run.FolderFor($"init-{space}"), "upgrade.yaml"));
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        var before = (await stage.Oms.ReadStateAsync()).ToString();
        var host = stage.Hosts[0];

        await user.RunLocalAsync(
            Done, "init", "oms", "--docker", host.Endpoint, "--tls", host.ClientFolder, "--image", stage.Oms.To.Tag,
            "--to-version", stage.Oms.To.ImageVersion, "--file", manifest.File);
        await stage.DockerSecretAsync(space, host);
        var first = await user.TryAsync("check", "-f", manifest.File, "-o", "json");
        if (first.ExitCode == Found)
        {
            var reasons = JsonNode.Parse(first.Output)!["findings"]!.AsArray()
                .Select(f => f!["reason"]!.GetValue<string>()).Distinct(StringComparer.Ordinal).ToList();
            output.WriteLine($"{road}: {string.Join(", ", reasons)}");
            if (reasons.Remove("NodesDiffer"))
            {
                // Neither node names the other one. The finding says to name it in the manifest.
                UpgradeRoad.All.Single(r => r.Id == road).CmNodesDiffer.ShouldBeTrue(first.Output);
                var region = stage.Oms.Regions.Single();
                await manifest.AddAsync(
                    $"  regions: [{{name: {region.Name}, nodes: [{{name: other, hostIP: "
                    + $"{region.Hosts[1].Address}}}]}}]\n");
            }

            reasons.Except(Judged, StringComparer.Ordinal).ShouldBeEmpty(first.Output);
            await manifest.AddAsync($"  preflight: {{acknowledge: [{string.Join(", ", reasons)}]}}\n");
        }

        var plan = JsonNode.Parse(await user.RunAsync(Done, "check", "-f", manifest.File, "-o", "json"))!["plans"]![0]!;
        var steps = plan["phases"]!.AsArray().SelectMany(p => p!["steps"]!.AsArray())
            .Select(s => s!["id"]!.GetValue<string>()).ToList();
        steps.Count(id => Regex.IsMatch(id, "^StopOld/[^/]+$"))
            .ShouldBe(stage.Oms.Nodes.Count, string.Join(' ', steps));
        (await stage.Oms.ReadStateAsync()).ToString().ShouldBe(before, "init and check change nothing");
    }
}
