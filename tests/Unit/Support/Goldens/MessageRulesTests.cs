using Drydock.Tests.Unit.Crds;
using Drydock.Tests.Unit.Oms;

namespace Drydock.Tests.Unit.Support;

/// <summary>Every message that the tests keep, and those of whole runs, keep to <see cref="MessageRules"/>.</summary>
public sealed class MessageRulesTests
{
    // Tests whose message is a list of many things, with the reason why it is one.
    private static readonly Dictionary<string, string> Lists = new(StringComparer.Ordinal)
    {
        ["ContainerRunTests.Plan_says_what_is_kept_and_what_differs_once_for_all_nodes"] = "names of options of Docker",
        ["InventorySearchTests.Stored_plan_does_not_look_again"] = "a guard of each node",
        ["VersionTests.Known_failure_of_docker_init_is_named_with_the_remedy"] = "SQL to paste",
        ["LastLookTests.What_changed_while_held_stops_the_run_before_OMS_is_changed"] =
            "the findings of a look in the middle of a run have no field of their own",
    };

    public static TheoryData<string> Rooms => WordsTests.Rooms;

    public static TheoryData<string> Objects =>
    [
        .. new[]
        {
            "tests/Unit/Upgrades/Goldens/form-1", "config/argocd/resource_customizations/drydock.dev/_/testdata",
        }.SelectMany(folder => Directory.GetFiles(Repository.PathOf(folder)))
            .Select(file => Path.GetRelativePath(Repository.Root, file)),
    ];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Words_of_a_room_keep_to_the_rules(string room) =>
        WordsFile.Read(Repository.PathOf($"tests/Unit/{room}/Goldens/{WordsFile.Name}"))
            .Where(entry => !Lists.ContainsKey(entry.Key.Split('(', ' ')[0]))
            .SelectMany(entry => MessageRules.Broken(entry.Value, isOfPlugin: room == "Plugin")
                .Select(rule => $"{entry.Key}: {rule}\n{entry.Value}"))
            .ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Objects))]
    public void Status_of_a_run_keeps_to_the_rules(string file)
    {
        var status = YamlToJson.ReadAll(Repository.PathOf(file)).Single()["status"]!.AsObject();
        var orders = Texts(status["steps"]).Where(line => line.Contains(": ", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..]).ToList();
        var message = (string?)status["message"] ?? "";

        Texts(status).Except(Texts(status["steps"])).Except(Texts(status["active"]))
            .Concat((status["active"] as JsonArray ?? []).SelectMany(step => Texts(step!["message"])))
            .SelectMany(text => MessageRules.Broken(text).Select(rule => $"{rule}\n{text}"))
            .Concat(orders.Where(order => message.StartsWith(order, StringComparison.Ordinal))
                .Select(order => $"an order as progress: {order}"))
            .Distinct().ShouldBeEmpty();
    }

    [Fact]
    public void Events_of_a_failed_and_rolled_back_run_keep_to_the_rules()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, Jar = RollbackTests.FailingJar });
        world.Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunToRolledBack();

        world.Events.All.ShouldNotBeEmpty();
        world.Events.All.SelectMany(e => MessageRules.Broken(e.Message).Select(rule => $"{rule}\n{e.Message}"))
            .Distinct().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("It failed. It failed.", "a sentence twice")]
    [InlineData("Approve the plan {sha256}.", "64 hex digits")]
    [InlineData("Run `kubectl get omsu -o jsonpath={.status}`.", "jsonpath")]
    [InlineData("The JSON value could not be converted to Drydock.Crds.Engine.", "a name of .NET")]
    [InlineData("The operator failed (InvalidOperationException).", "a name of .NET")]
    [InlineData("1 hosts are ONLINE.", "a number and its noun")]
    [InlineData("Its age must be at most -28620 s.", "a negative time")]
    [InlineData("Wait until the administrator disables high availability.", "an order as progress")]
    [InlineData("Its log says: Failed to start [0m", "what a terminal obeys")]
    [InlineData("Approve it: `kubectl drydock approve up`.", "a command of the plugin")]
    public void Rule_finds_what_breaks_it(string message, string rule) =>
        MessageRules.Broken(message).ShouldHaveSingleItem().ShouldStartWith(rule);

    [Fact]
    public void Names_numbers_commands_and_quoted_output_are_no_words()
    {
        var words = string.Join(' ', Enumerable.Repeat("word", MessageRules.MostWords));

        MessageRules.Broken($"{words} oms-a/jar 7 `docker rm oms`: \"java.sql.SQLException: no\".").ShouldBeEmpty();
        MessageRules.Broken($"{words} more.").ShouldBe([$"{MessageRules.MostWords + 1} words"]);
    }

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(member => Texts(member.Value)),
        JsonArray list => list.SelectMany(Texts),
        JsonValue value when value.TryGetValue<string>(out var text) && text.Contains(' ', StringComparison.Ordinal) =>
            [text],
        _ => [],
    };
}
