using Drydock.Operator;

namespace Drydock.Tests.Unit.Operator;

public sealed class EndpointFlagsTests
{
    [Fact]
    public void Unix_and_operator_addresses_are_not_allowed_by_default()
    {
        var options = new OperatorOptions();

        (options.AllowUnixEndpoints, options.AllowAddresses.Count).ShouldBe((false, 0));
    }

    [Theory]
    [InlineData("--allow-address 127.0.0.1 --allow-address fd00::/8 --allow-unix-endpoints", 0)]
    [InlineData("--allow-address=10.0.0.0/8", 0)]
    [InlineData("--allow-address localhost", 1)]
    [InlineData("--allow-address 10.0.0.0/40", 1)]
    public void Invalid_allowed_address_is_refused_by_the_command_line(string flags, int errors)
    {
        var parsed = OperatorCommand.Create().Parse(flags.Split(' '));

        parsed.Errors.Count.ShouldBe(errors);
        parsed.Errors.ShouldAllBe(e => e.Message.Contains("--allow-address", StringComparison.Ordinal)
            && e.Message.Contains("127.0.0.1/32", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--http http://127.0.0.1:8080", 0)]
    [InlineData("--http http://*:8080", 0)]
    [InlineData("--http 127.0.0.1:8080", 1)]
    [InlineData("--http https://127.0.0.1:8443", 1)]
    public void Address_of_the_probes_has_to_be_a_URL(string flags, int errors)
    {
        var parsed = OperatorCommand.Create().Parse(flags.Split(' '));

        parsed.Errors.Count.ShouldBe(errors);
        parsed.Errors.ShouldAllBe(e => e.Message.EndsWith("Expected http://HOST:PORT.", StringComparison.Ordinal));
    }
}
