namespace Drydock.Tests.Integration.Crds;

[Collection(CrdServersCollection.Name)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class TransitionRulesTests(CrdServers servers)
{
    private static readonly Dictionary<string, (string[] Frozen, string[] Free)> Objects = new(StringComparer.Ordinal)
    {
        ["omsupgrades"] = (["backup", "failed", "rollingback"], [
            "fresh", "unplanned", "planned", "preflight", "succeeded", "rolledback"]),
        ["backupsnapshots"] = (["begun", "succeeded"], ["fresh", "pending"]),
        ["databaserollingupgrades"] = (["upgradepd", "failed"], ["fresh", "planned", "succeeded", "rolledback"]),
        ["snapshotrestores"] = (["restoring", "begun", "succeeded"], ["fresh", "verifying", "planned", "failed"]),
    };

    public static TheoryData<string> IdentityChanges => [.. TransitionRules.Identity.Select(rule => rule.ToString())];

    public static TheoryData<string> ValidIdentityChanges =>
        [.. TransitionRules.Identity.Where(rule => !rule.IsNeverValid).Select(rule => rule.ToString())];

    public static TheoryData<string> FreeChanges => [.. TransitionRules.Free.Select(rule => rule.ToString())];

    [Theory]
    [MemberData(nameof(IdentityChanges))]
    public async Task Identity_change_is_refused_by_field_while_work_is_stored(string change)
    {
        var rule = TransitionRules.Identity.Single(rule => rule.ToString() == change);
        foreach (var name in Objects[rule.Plural].Frozen.Select(name => rule.Sort + name))
        {
            var (status, body) = await servers.TryChangeAsync(rule.Plural, name, rule.Change);
            status.ShouldBe(HttpStatusCode.UnprocessableEntity, $"{name}: {body}");
            JsonNode.Parse(body)!["message"]!.GetValue<string>()
                .ShouldContain($"{rule.Field} is frozen ", customMessage: name);
        }
    }

    [Theory]
    [MemberData(nameof(ValidIdentityChanges))]
    public async Task Identity_change_is_accepted_before_and_after_stored_work(string change)
    {
        var rule = TransitionRules.Identity.Single(rule => rule.ToString() == change);
        foreach (var name in Objects[rule.Plural].Free.Select(name => rule.Sort + name))
        {
            var (status, body) = await servers.TryChangeAsync(rule.Plural, name, rule.Change);
            status.ShouldBe(HttpStatusCode.OK, $"{name}: {body}");
        }
    }

    [Theory]
    [MemberData(nameof(FreeChanges))]
    public async Task Access_and_control_changes_are_accepted_at_any_time(string change)
    {
        var rule = TransitionRules.Free.Single(rule => rule.ToString() == change);
        foreach (var name in Objects[rule.Plural].Frozen.Concat(Objects[rule.Plural].Free)
            .Select(name => rule.Sort + name))
        {
            var (status, body) = await servers.TryChangeAsync(rule.Plural, name, rule.Change);
            status.ShouldBe(HttpStatusCode.OK, $"{name}: {body}");
        }
    }
}
