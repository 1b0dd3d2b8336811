namespace Drydock.Tests.Unit.Clients.Docker;

public sealed class ErrorMapperTests
{
    [Theory]
    [InlineData(HttpStatusCode.NotFound, typeof(DockerNotFoundException))]
    [InlineData(HttpStatusCode.Conflict, typeof(DockerConflictException))]
    [InlineData(HttpStatusCode.Unauthorized, typeof(DockerApiException))]
    [InlineData(HttpStatusCode.Forbidden, typeof(DockerApiException))]
    [InlineData(HttpStatusCode.InternalServerError, typeof(DockerApiException))]
    [InlineData(HttpStatusCode.BadRequest, typeof(DockerApiException))]
    public void Status_maps_to_exception_type_with_engine_text(HttpStatusCode status, Type type)
    {
        var mapped = Map(status, """{"message":"the engine's words"}""").ShouldBeAssignableTo<DockerApiException>()
            .ShouldNotBeNull();

        mapped.GetType().ShouldBe(type);
        mapped.StatusCode.ShouldBe(status);
        mapped.IsUnauthorized.ShouldBe(status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);
        mapped.EngineMessage.ShouldBe("the engine's words");
        mapped.Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData(
        "Conflict. The container name \"/oms\" is already in use by container "
            + "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\". "
            + "You have to remove (or rename) that container")]
    [InlineData(
        "Error when allocating new name: Conflict. The container name \"/oms\" is already in use by container "
            + "0123456789ab.")]
    [InlineData("Conflict. The name \"oms\" is already in use.")]
    public void A_name_in_use_is_a_conflict_of_its_own(string message) =>
        Map(HttpStatusCode.Conflict, $$"""{"message":{{System.Text.Json.JsonSerializer.Serialize(message)}}}""")
            .ShouldBeOfType<DockerNameConflictException>().EngineMessage.ShouldBe(message);

    [Theory]
    [InlineData(
        "404 page not found, canary\n", "NotFound, with a body (text/plain) that is not from a Docker Engine")]
    [InlineData("", "NotFound")]
    [InlineData("{\"other\":\"canary\"}", "NotFound, with a body (text/plain) that is not from a Docker Engine")]
    [InlineData("{\"message\":\"\"}", "NotFound, with a body (text/plain) that is not from a Docker Engine")]
    public void Foreign_body_is_not_repeated(string body, string message) =>
        Map(HttpStatusCode.NotFound, body).ShouldBeOfType<DockerNotFoundException>().EngineMessage.ShouldBe(message);

    [Fact]
    public void Message_has_300_characters_of_engine_text()
    {
        var refusal = Map(HttpStatusCode.BadGateway, $$"""{"message":"{{new string('x', 100_000)}}"}""")
            .ShouldBeOfType<DockerApiException>();

        refusal.Message.ShouldBe($"Docker at tcp://h:1 answered 502 (stop container a): {new string('x', 299)}…");
        refusal.EngineMessage.Length.ShouldBe(2000);
    }

    [Fact]
    public void Answer_of_other_service_is_not_repeated()
    {
        var banner = new HttpRequestException(
            HttpRequestError.InvalidResponse, "Received an invalid status line: 'SSH-2.0-canary'.");

        ErrorMapper.FromConnection("e", new DockerCall("o"), banner)
            .ShouldBeOfType<DockerProtocolException>().Message
            .ShouldNotContain("canary");
    }

    [Fact]
    public void Secret_values_are_removed_from_engine_text()
    {
        var secrets = ErrorMapper.Values(
            ["A=canary-one", "=canary-two", "canary-three", "EMPTY=", "B=canary-one-and-more"]);

        var mapped = ErrorMapper.FromAnswer(
            "e", new DockerCall("o") { Secrets = secrets }, HttpStatusCode.BadRequest, "application/json",
            """{"message":"A=canary-one B=canary-one-and-more canary-two canary-three"}""");

        mapped.Message.ShouldBeWorded();
    }

    [Fact]
    public void A_connection_failure_keeps_the_typed_reason_that_is_inside()
    {
        var reason = new DockerTlsException("refused", TlsRefusal.Server);

        ErrorMapper.FromConnection(
            "e",
            new DockerCall("o") { Changes = true },
            new HttpRequestException("x", new IOException("y", reason))).ShouldBeSameAs(reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Broken_connection_leaves_outcome_of_change_unknown(bool changes) =>
        ErrorMapper.FromConnection("e", new DockerCall("o") { Changes = changes }, new HttpRequestException("x"))
            .ShouldBeOfType<DockerUnreachableException>().MayHaveBeenProcessed
            .ShouldBe(changes);

    private static DockerException Map(HttpStatusCode status, string body) =>
        ErrorMapper.FromAnswer("tcp://h:1", new DockerCall("stop container a"), status, "text/plain", body);
}
