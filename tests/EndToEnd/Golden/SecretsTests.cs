using System.IO.Compression;

namespace Drydock.Tests.EndToEnd.Golden;

/// <summary>
/// What anybody could read of the golden run. The command lines of database hosts:
/// <see cref="Databases.BmdbUpgradeTests"/>; age, mydumper and a bucket: <see cref="EncryptedBackupTests"/>.
/// </summary>
[Collection(Lanes.Upgrades)]
public sealed class SecretsTests(StageFixture fixture)
{
    [Fact]
    public async Task Secrets_are_absent_from_every_output_and_argument()
    {
        var golden = await fixture.RecordingAsync();

        golden.Said["kept output"].ShouldContain("全部初始化步骤执行成功", Case.Sensitive, "the output of docker_init.sh is kept");
        foreach (var tool in (string[])["mysqldump", "--binary-mode"])
        {
            golden.Said["process arguments"].ShouldContain(
                tool, Case.Sensitive, "the watch of arguments must have seen the tools");
        }

        foreach (var (place, text) in Everything(golden))
        {
            OmsCanaries.All.Where(secret => text.Contains(secret, StringComparison.Ordinal))
                .Select(secret => $"{secret[..10]}…").ShouldBeEmpty($"found in the {place}");
        }
    }

    [Fact]
    public async Task Pod_and_tenant_secrets_never_leave_the_operator()
    {
        var golden = await fixture.RecordingAsync();

        golden.Planted.Values.Count.ShouldBeGreaterThan(6);
        golden.FoundOnHosts.ShouldBeEmpty();
        foreach (var (place, text) in Everything(golden).Concat(golden.Left))
        {
            // Children of the process are looked at with their environment: they must not inherit the operator's.
            golden.Planted.In(text).ShouldBeEmpty($"found in the {place}");
        }
    }

    [Fact]
    public async Task Report_has_its_parts_and_no_secret()
    {
        var golden = await fixture.RecordingAsync();
        var token = TestContext.Current.CancellationToken;

        await using var stream = File.OpenRead(golden.Report);
        await using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        foreach (var entry in zip.Entries)
        {
            using var reader = new StreamReader(await entry.OpenAsync(token));
            var text = await reader.ReadToEndAsync(token);
            golden.Planted.In(text)
                .Concat(OmsCanaries.All.Where(secret => text.Contains(secret, StringComparison.Ordinal)))
                .ShouldBeEmpty($"{entry.FullName} has a secret");
        }

        zip.Entries.Select(e => e.FullName).ShouldBe(
            [
                "status.txt", "omsupgrade.json", "plans.json", "inventory.json", "backupsnapshots.json",
                "snapshotrestores.json", "configmaps.json",
                "events.json", "claims.json", "crds.json", "versions.json", "operator/pods.json", "missing.txt"
            ]);
    }

    private static IEnumerable<KeyValuePair<string, string>> Everything(GoldenRecording golden) =>
        golden.Said
            .Concat(golden.Answers.Where(answer => answer.Key != "secrets of init")
                .Select(answer => KeyValuePair.Create($"answer to {answer.Key}", answer.Value)))
            .Append(KeyValuePair.Create(
                "states of the upgrade", string.Join('\n', golden.States.Select(state => state.ToJsonString()))));
}
