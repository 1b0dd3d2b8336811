using System.CommandLine;
using Drydock.Lab.Commands;

namespace Drydock.Lab.Demo;

/// <summary>
/// <c>lab release-manifest FILE</c>: seeds OMS 3.2.2 on the Docker hosts of the lab and writes what an operator in
/// another cluster needs to upgrade it, for tests/release.sh.
/// </summary>
internal static class ReleaseManifestCommand
{
    public static Command Create(Func<ParseResult, LabBackground> background)
    {
        var file = new Argument<FileInfo>("file") { Description = "Where the manifest is written." };
        var command = new Command(
            "release-manifest", "Seeds OMS 3.2.2 and writes the manifest of its upgrade, with namespace and Secrets.")
        {
            file
        };
        command.SetAction((parse, cancellationToken) => RunAsync(
            background(parse), parse.GetValue(file)!.FullName, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(LabBackground background, string file, CancellationToken cancellationToken)
    {
        if (background.Current() is not { MetaDb: { } metaDb, Hosts: { Count: > 0 } hosts } lab)
        {
            throw new LabException(
                "No lab with Docker hosts is up: lab up --no-control-plane --host oms-a --host oms-b");
        }

        var oms = new OmsScenario(
            [.. hosts.Select(host => new CliDockerHost(host))],
            new CliMetaDb(metaDb),
            new OmsScenarioOptions
            {
                Root = Path.Combine(lab.Folder, "release"),
                Images = await OmsImages.BuildAsync(cancellationToken: cancellationToken),
                PlainNames = true
            });
        await oms.ResetAsync(cancellationToken);
        await File.WriteAllTextAsync(
            file, (await ReleaseManifest.WriteAsync(oms, hosts[0].ClientFolder, cancellationToken)).ToJsonString(),
            cancellationToken);
        return 0;
    }
}
