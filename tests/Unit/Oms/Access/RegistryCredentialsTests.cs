namespace Drydock.Tests.Unit.Oms;

public sealed class RegistryCredentialsTests
{
    private const string Config = """
        {"auths":{
          "https://registry.example/v2/":{"username":"whole","password":"p1"},
          "registry.example/team":{"username":"team","password":"p2"},
          "registry.example:5000":{"auth":"cm9ib3Q6YTpi"},
          "https://index.docker.io/v1/":{"username":"hub","password":"p4"},
          "token.example":{"auth":"","identitytoken":"t"},
          "odd.example":{"username":"nobody"},
          "odder.example":{"auth":"!!"}}}
        """;

    [Theory]
    [InlineData("registry.example/oms:1", "whole", "p1", "registry.example")]
    [InlineData("REGISTRY.example/other/oms:1", "whole", "p1", "registry.example")]
    [InlineData("registry.example/team/oms@sha256:0", "team", "p2", "registry.example")]
    [InlineData("registry.example/teams/oms", "whole", "p1", "registry.example")]
    [InlineData("registry.example:5000/oms", "robot", "a:b", "registry.example:5000")]
    [InlineData("oms:1", "hub", "p4", "docker.io")]
    [InlineData("library/oms", "hub", "p4", "docker.io")]
    public void Most_specific_entry_of_the_images_registry_is_used(
        string image, string user, string password, string host)
    {
        var credentials = For(image).ShouldNotBeNull();

        (credentials.Username, credentials.Password, credentials.ServerAddress).ShouldBe((user, password, host));
        credentials.ToString()!.ShouldNotContain(password);
    }

    [Fact]
    public void Token_is_used_instead_of_a_password() =>
        For("token.example/oms").ShouldNotBeNull().IdentityToken.ShouldBe("t");

    [Fact]
    public void Registry_missing_in_the_Secret_gets_no_credentials() => For("elsewhere.example/oms").ShouldBeNull();

    [Theory]
    [InlineData("odd.example/oms", "neither username and password nor auth")]
    [InlineData("odder.example/oms", "not USER:PASSWORD in base64")]
    public void Malformed_entry_is_reported_without_its_values(string image, string says) =>
        Should.Throw<FormatException>(() => For(image)).Message.ShouldContain(says);

    [Theory]
    [InlineData(null, "no key .dockerconfigjson")]
    [InlineData("no json", "is not JSON")]
    [InlineData("{}", "no object 'auths'")]
    public void Secret_of_another_kind_is_refused(string? text, string says) =>
        Should.Throw<FormatException>(() => RegistryCredentials.For("a.example/b", Data(text))).Message
            .ShouldContain(says);

    private static global::Docker.DotNet.Models.AuthConfig? For(string image) =>
        RegistryCredentials.For(image, Data(Config));

    private static Dictionary<string, byte[]> Data(string? text) =>
        text is null ? [] : new(StringComparer.Ordinal) { [RegistryCredentials.Key] = Encoding.UTF8.GetBytes(text) };
}
