using Drydock.Lab;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>Canary passwords in config.yaml, Secrets and the old container's environment appear nowhere the operator writes or says something.</summary>
public sealed class SecretsTests(StageFixture fixture)
{
    [Fact]
    public async Task No_secret_appears_in_log_event_status_plan_argument_manifest_or_kept_output()
    {
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        using var stop = new CancellationTokenSource();
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        var arguments = WatchArgumentsAsync(op.Process.Id, stop.Token);
        await stage.ApplyAsync(stage.Manifest(space).ToJsonString());
        await stage.WaitForAsync(space, u => u.IsOver());
        await stop.CancelAsync();

        var places = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["log"] = op.Log,
            ["process arguments"] = string.Join('\n', await arguments),
            ["upgrade"] = await stage.ControlPlane.KubectlAsync(["-n", space, "get", "omsu,snap", "-o", "yaml"]),
            ["events"] = await stage.ControlPlane.KubectlAsync(["-n", space, "get", "events", "-o", "yaml"]),
            ["metrics"] = await op.GetAsync("/metrics"),
        };
        foreach (var file in Directory.EnumerateFiles(stage.Snapshots, "*.json", SearchOption.AllDirectories))
        {
            places[$"manifest {Path.GetFileName(file)}"] = await File.ReadAllTextAsync(file);
        }

        var outputs = await stage.ControlPlane.KubectlAsync(["-n", space, "get", "secrets", "-l", "drydock.dev/upgrade", "-o", "jsonpath={range .items[*]}{.data.output}{\"\\n\"}{end}"]);
        places["kept output"] = string.Concat(outputs.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(o => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(o))));
        places["kept output"].ShouldContain("全部初始化步骤执行成功", Case.Sensitive, "the output of docker_init.sh is kept");
        places["process arguments"].ShouldContain("mysqldump", Case.Sensitive, "the watch of arguments must have seen the dump");
        foreach (var (place, text) in places)
        {
            foreach (var canary in OmsCanaries.All)
            {
                text.Contains(canary, StringComparison.Ordinal).ShouldBeFalse($"{canary[..10]}… appears in the {place}");
            }
        }
    }

    private static async Task<IReadOnlyCollection<string>> WatchArgumentsAsync(int process, CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (!cancellationToken.IsCancellationRequested)
        {
            foreach (var folder in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
            {
                try
                {
                    if (await IsDescendantAsync(folder, process))
                    {
                        seen.Add((await File.ReadAllTextAsync(Path.Combine(folder, "cmdline"), CancellationToken.None)).Replace('\0', ' '));
                        seen.Add((await File.ReadAllTextAsync(Path.Combine(folder, "environ"), CancellationToken.None)).Replace('\0', ' '));
                    }
                }
                catch (IOException)
                {
                    // It ended between the listing and the look.
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        }

        return seen;
    }

    private static async Task<bool> IsDescendantAsync(string folder, int ancestor)
    {
        var stat = await File.ReadAllTextAsync(Path.Combine(folder, "stat"));
        var parent = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        if (parent == ancestor)
        {
            return true;
        }

        return parent > 1 && await IsDescendantAsync($"/proc/{parent}", ancestor);
    }
}
