namespace Drydock.Tests.Unit.Clients.Docker;

/// <summary>
/// What answers 200 with JSON of something else: a read of nothing must not look like a container that does not run, or
/// a command that never began.
/// </summary>
public sealed class ForeignAnswerTests
{
    private const string OfAnotherApi = """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"}""";

    public static TheoryData<string, string> Reads { get; } = new()
    {
        { "container", OfAnotherApi },
        { "container", """{"Id":"c1"}""" },
        { "containers", $"[{OfAnotherApi}]" },
        { "exec", OfAnotherApi },
        { "exec", """{"ID":"e1"}""" },
        { "image", OfAnotherApi },
        { "info", OfAnotherApi },
    };

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Read_answered_with_unexpected_json_is_protocol_error(string read, string answer)
    {
        await using var engine = FakeEngine.Speaking(exchange => exchange.ReplyAsync(200, answer));
        await using var client = engine.Client();

        await Should.ThrowAsync<DockerProtocolException>(() => ReadAsync(client, read));
    }

    private static Task ReadAsync(DockerClient client, string read) => read switch
    {
        "container" => client.Containers.InspectContainerAsync("c1"),
        "containers" => client.Containers.ListContainersAsync(
            new global::Docker.DotNet.Models.ContainersListParameters()),
        "exec" => client.Exec.InspectContainerExecAsync("e1"),
        "image" => client.Images.InspectImageAsync("i1"),
        _ => client.System.GetSystemInfoAsync(),
    };
}
