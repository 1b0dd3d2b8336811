namespace Drydock.Tests.Integration.Crds;

[Collection(CrdServersCollection.Name)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class SpecRulesTests(CrdServers servers)
{
    public static TheoryData<string, string> Rules
    {
        get
        {
            var data = new TheoryData<string, string>();
            data.AddRange(SpecRules.All.Select(rule => new TheoryDataRow<string, string>(rule.Place, rule.Message)));
            return data;
        }
    }

    [Theory]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    [MemberData(nameof(Rules))]
    public async Task Current_server_refuses_broken_rule_with_its_message(string place, string message)
    {
        var rule = Rule(place, message);
        var (status, body) = await servers.TryCreateAsync(rule.Manifest(rule.Break));
        status.ShouldBe(HttpStatusCode.UnprocessableEntity, body);
        JsonNode.Parse(body)!["message"]!.GetValue<string>().ShouldContain(message);
    }

    [Theory]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    [MemberData(nameof(Rules))]
    public async Task Current_server_accepts_value_at_edge_of_rule(string place, string message)
    {
        var rule = Rule(place, message);
        var (status, body) = await servers.TryCreateAsync(rule.Manifest(rule.Near));
        status.ShouldBe(HttpStatusCode.Created, body);
    }

    private static SpecRules Rule(string place, string message) =>
        SpecRules.All.Single(rule => rule.Place == place && rule.Message == message);
}
