using System.Text;
using System.Text.RegularExpressions;

namespace Drydock.Tests.EndToEnd;

/// <summary>
/// An upgrade whose backup is made by mydumper, sealed with age and kept in a bucket, and its way back after Succeeded.
/// </summary>
[Collection(Lanes.Upgrades)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed partial class EncryptedBackupTests(SealedRun run) : IClassFixture<SealedRun>
{
    [Fact]
    public void Rollback_from_encrypted_backup_restores_databases_names_and_containers()
    {
        run.Succeeded["status"]!["renamedProjects"]!.AsArray().Count.ShouldBe(3);
        run.Between.SchemaVersion.ShouldBe("4.2.2");
        run.After.DatabaseText().ShouldBe(run.Before.DatabaseText());
        Text(run.After.HaConfig!).ShouldBe(Text(run.Before.HaConfig!));
        run.After.Hosts.Values.ShouldAllBe(x => x == "ONLINE");
        run.Punishments.ShouldBeEmpty();
        run.After.Damage.ShouldBeEmpty();
        foreach (var (before, after) in run.Before.Nodes.Zip(run.After.Nodes))
        {
            after.Containers.Count.ShouldBe(2);
            Text(after.Containers.Single(x => x.Status == "running").ToString())
                .ShouldBe(Text(before.Containers.Single().ToString()));
            after.Containers.Single(x => x.Status != "running").Status
                .ShouldBe("exited", "the new container stays, stopped, until accepted");
        }
    }

    [Fact]
    public void Bucket_objects_except_manifest_and_mark_are_encrypted()
    {
        var readable = run.Stored.Keys.Where(k => k.EndsWith(".json", StringComparison.Ordinal)).ToList();
        readable.Count(k => k.EndsWith("/manifest.json", StringComparison.Ordinal))
            .ShouldBe(2, "the backup, and what the way back dropped");
        readable.Count.ShouldBe(3);
        var dumps = run.Stored.Where(x => !readable.Contains(x.Key, StringComparer.Ordinal)).ToList();
        dumps.Count.ShouldBeGreaterThan(2 * 3, "mydumper writes more than a file a database");
        foreach (var (key, bytes) in dumps)
        {
            key.ShouldEndWith(".gz.age");
            Encoding.ASCII.GetString(bytes, 0, 21).ShouldBe("age-encryption.org/v1", key);
        }
    }

    [Fact]
    public void Secrets_are_absent_from_every_output_and_argument()
    {
        run.Said["kept output"].ShouldContain("全部初始化步骤执行成功", Case.Sensitive, "the output of docker_init.sh is kept");
        foreach (var tool in (string[])["mysqldump", "mysql", "mydumper", "age"])
        {
            run.Said["process arguments"].ShouldContain(
                tool, Case.Sensitive, "the watch of arguments must have seen the tools");
        }

        run.Said["process arguments"].ShouldContain("/scratch/", Case.Sensitive, "mydumper works where --scratch says");
        foreach (var (place, text) in run.Said)
        {
            foreach (var secret in run.Secrets)
            {
                text.Contains(secret, StringComparison.Ordinal)
                    .ShouldBeFalse($"{secret[..10]}… appears in the {place}");
            }
        }
    }

    [Fact]
    public void Pod_and_tenant_secrets_never_leave_the_operator()
    {
        run.Planted.Values.Count.ShouldBeGreaterThan(6);
        run.FoundOnHosts.ShouldBeEmpty();
        foreach (var (place, text) in run.Said.Concat(run.Left).Concat(
            run.Stored.Select(s => KeyValuePair.Create(s.Key, Encoding.Latin1.GetString(s.Value)))))
        {
            // Children of the process are looked at with their environment: they must not inherit the operator's.
            run.Planted.In(text).ShouldBeEmpty($"found in the {place}");
        }
    }

    // The refetch window of an installation that does not perceive checkpoints counts from T1 and grows with the
    // outage.
    private static string Text(string state) => Refetch().Replace(state, "…");

    [GeneratedRegex(
        "(?<=\"refetchStoreIntervalMin\":)[3-5][0-9]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Refetch();
}
