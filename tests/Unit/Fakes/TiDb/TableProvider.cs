using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>An ADO.NET provider whose answers a test gives, by connection string and statement.</summary>
internal sealed class TableProvider(Func<string, string, DataTable> answer) : DbProviderFactory
{
    public override DbConnection CreateConnection() => new Connection(answer);

    private sealed class Connection(Func<string, string, DataTable> answer) : DbConnection
    {
        [AllowNull]
        public override string ConnectionString { get; set; } = "";

        public override string Database => "";

        public override string DataSource => "";

        public override string ServerVersion => "";

        public override ConnectionState State => ConnectionState.Open;

        public override void ChangeDatabase(string databaseName)
        {
        }

        public override void Close()
        {
        }

        public override void Open() => answer(ConnectionString, "").Dispose();

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) =>
            throw new NotSupportedException();

        protected override DbCommand CreateDbCommand() => new Command(this, answer);
    }

    private sealed class Command(Connection connection, Func<string, string, DataTable> answer) : DbCommand
    {
        [AllowNull]
        public override string CommandText { get; set; } = "";

        public override int CommandTimeout { get; set; }

        public override CommandType CommandType { get; set; }

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get; set; } = connection;

        protected override DbParameterCollection DbParameterCollection => throw new NotSupportedException();

        protected override DbTransaction? DbTransaction { get; set; }

        public override void Cancel()
        {
        }

        public override int ExecuteNonQuery() => throw new NotSupportedException();

        public override object? ExecuteScalar() => throw new NotSupportedException();

        public override void Prepare()
        {
        }

        protected override DbParameter CreateDbParameter() => throw new NotSupportedException();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
            answer(connection.ConnectionString, CommandText).CreateDataReader();
    }
}
